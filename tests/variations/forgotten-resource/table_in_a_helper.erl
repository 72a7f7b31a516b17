-module(depot_planner).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, none}.

handle_call({plan, Stops}, _From, State) ->
    {reply, distinct(Stops), State}.

handle_cast(_, State) -> {noreply, State}.

distinct(Stops) ->
    Table = ets:new(distinct, [set, private]), % hazard
    [ets:insert(Table, {Stop}) || Stop <- Stops],
    [Stop || {Stop} <- ets:tab2list(Table)].
