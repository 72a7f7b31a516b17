-module(depot_census).
-behaviour(gen_server).
-export([start_link/0, count/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
count() -> gen_server:call(?MODULE, count).

init([]) -> {ok, []}.

handle_call(count, _From, State) ->
    Keys = [rpc:async_call(Node, ets, info, [sessions, size]) || Node <- nodes()],
    Counts = lists:map(fun rpc:yield/1, Keys), % hazard BW412 BW401 BW604
    {reply, lists:sum(Counts), State}.

handle_cast(_, State) -> {noreply, State}.
