-module(shop_connection).
-behaviour(ranch_protocol).
-export([start_link/3, init/3]).

start_link(Ref, Transport, Options) ->
    {ok, spawn_link(?MODULE, init, [Ref, Transport, Options])}.

init(Ref, Transport, _Options) ->
    {ok, Socket} = ranch:handshake(Ref),
    loop(Socket, Transport).

loop(Socket, Transport) ->
    case Transport:recv(Socket, 0, 60000) of
        {ok, Line} ->
            Answer = case shop_acl:allowed(Socket, Line) of
                true -> <<"ok">>;
                false -> <<"no">>
            end,
            ok = Transport:send(Socket, Answer),
            loop(Socket, Transport);
        {error, _} ->
            Transport:close(Socket)
    end.
