-module(shop_peer).
-behaviour(ranch_protocol).
-export([start_link/3, init/3]).

start_link(Ref, Transport, Options) -> {ok, proc_lib:spawn_link(?MODULE, init, [Ref, Transport, Options])}.

init(Ref, Transport, _Options) ->
    {ok, Socket} = ranch:handshake(Ref),
    {ok, Id} = Transport:recv(Socket, 16, 5000),
    case global:register_name({peer, Id}, self()) of % hazard
        yes -> loop(Socket, Transport);
        no -> Transport:close(Socket)
    end.

loop(Socket, Transport) ->
    case Transport:recv(Socket, 0, infinity) of
        {ok, Data} ->
            Transport:send(Socket, Data),
            loop(Socket, Transport);
        {error, _} -> ok
    end.
