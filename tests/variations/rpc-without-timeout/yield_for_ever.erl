-module(depot_report).
-behaviour(gen_server).
-export([start_link/0, report/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

report(Nodes) -> gen_server:call(?MODULE, {report, Nodes}).

init([]) -> {ok, []}.

handle_call({report, Nodes}, _From, State) ->
    Keys = [rpc:async_call(Node, depot_stock, total, []) || Node <- Nodes],
    {reply, [rpc:yield(Key) || Key <- Keys], State}. % hazard BW604 BW412

handle_cast(_, State) -> {noreply, State}.
