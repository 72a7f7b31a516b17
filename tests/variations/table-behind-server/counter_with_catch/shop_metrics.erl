-module(shop_metrics).
-behaviour(gen_server).
-export([start_link/0, increment/1, increment/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

increment(Name) -> increment(Name, 1).
increment(Name, By) -> gen_server:cast(?MODULE, {increment, Name, By}).

init([]) ->
    ets:new(?MODULE, [named_table, protected, set]),
    {ok, []}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({increment, Name, By}, State) -> % hazard
    try
        ets:update_counter(?MODULE, Name, By)
    catch
        error:badarg -> ets:insert(?MODULE, {Name, By})
    end,
    {noreply, State}.
