-module(transactions_of_a_peer).
-export([start_link/3, init/3, loop/2]).
start_link(Ref, T, O) -> {ok, spawn_link(?MODULE, init, [Ref, T, O])}.
init(Ref, T, _) ->
    {ok, S} = ranch:handshake(Ref),
    ok = T:setopts(S, [{packet, 4}]),
    loop({S, T}, orddict:new()).
loop({S, T} = Link, Txs) ->
    case T:recv(S, 0, infinity) of
        {ok, Bin} ->
            {Op, Tx, Body} = binary_to_term(Bin, [safe]),
            loop(Link, handle(Op, Tx, Body, Txs));
        {error, closed} -> ok
    end.
handle(begin_tx, Tx, Body, Txs) ->
    {ok, Worker} = supervisor:start_child(g_tx_sup, [Body]), % hazard
    orddict:store(Tx, Worker, Txs);
handle(commit, Tx, _, Txs) ->
    orddict:erase(Tx, Txs).
