-module(depot_peer).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Peer) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Peer, []).

init(Peer) ->
    {ok, _} = timer:send_interval(5000, compare),
    {ok, Peer}.

handle_call(_, _From, Peer) -> {reply, ok, Peer}.

handle_cast(_, Peer) -> {noreply, Peer}.

handle_info(compare, Peer) ->
    try gen_server:call({depot_stock, Peer}, levels, 2000) of % hazard
        Levels -> depot_compare:levels(Levels)
    catch
        exit:{timeout, _} -> later
    end,
    {noreply, Peer}.
