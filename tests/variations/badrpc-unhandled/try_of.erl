-module(depot_peer).
-behaviour(gen_server).
-export([start_link/1, level/1, init/1, handle_call/3, handle_cast/2]).

start_link(Node) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Node, []).

level(Sku) -> gen_server:call(?MODULE, {level, Sku}).

init(Node) -> {ok, Node}.

handle_call({level, Sku}, _From, Node) ->
    Level =
        try rpc:call(Node, depot_stock, level, [Sku], 2000) of % hazard
            {ok, Count} -> Count;
            {error, unknown} -> 0
        catch
            _:_ -> unreachable
        end,
    {reply, Level, Node}.

handle_cast(_, Node) -> {noreply, Node}.
