-module(depot_quorum).
-behaviour(gen_server).
-export([start_link/1, write/2, init/1, handle_call/3, handle_cast/2]).

start_link(Nodes) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Nodes, []).

write(Key, Value) -> gen_server:call(?MODULE, {write, Key, Value}, infinity).

init(Nodes) -> {ok, Nodes}.

handle_call({write, Key, Value}, _From, Nodes) ->
    Written = lists:foldl(fun(Node, Count) -> Count + put_on(Node, Key, Value) end, 0, Nodes), % hazard
    {reply, Written > length(Nodes) div 2, Nodes}.

handle_cast(_, Nodes) -> {noreply, Nodes}.

put_on(Node, Key, Value) ->
    try gen_server:call({depot_replica, Node}, {put, Key, Value}, 2000) of
        ok -> 1
    catch
        exit:_ -> 0
    end.
