-module(shop_protocol).
-behaviour(ranch_protocol).
-export([start_link/3, init/3]).

start_link(Ref, Transport, Options) ->
    Pid = proc_lib:spawn_link(?MODULE, init, [Ref, Transport, Options]),
    {ok, Pid}.

init(Ref, Transport, _) ->
    {ok, Socket} = ranch:handshake(Ref),
    {ok, Peer} = Transport:peername(Socket),
    loop(Socket, Transport, Peer).

loop(Socket, Transport, Peer) ->
    case Transport:recv(Socket, 0, infinity) of
        {ok, Data} ->
            shop_traffic:add(Peer, byte_size(Data)),
            loop(Socket, Transport, Peer);
        {error, closed} -> ok
    end.
