-module(depot_collect).
-behaviour(gen_server).
-export([start_link/0, all/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

all() -> gen_server:call(?MODULE, all, 60000).

init([]) -> {ok, none}.

handle_call(all, _From, State) -> {reply, collect(nodes(), []), State}.

handle_cast(_, State) -> {noreply, State}.

collect([], Rows) -> Rows;
collect([Node | Nodes], Rows) ->
    case rpc:call(Node, depot_rows, all, [], 5000) of % hazard
        {badrpc, _} -> collect(Nodes, Rows);
        More -> collect(Nodes, More ++ Rows)
    end.
