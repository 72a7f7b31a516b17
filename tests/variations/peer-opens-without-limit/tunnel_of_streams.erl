-module(tunnel_of_streams).
-behaviour(ranch_protocol).
-export([start_link/3, init/3]).
-record(st, {socket, transport, buffer = <<>>, streams = dict:new()}).

start_link(Ref, Transport, Opts) -> {ok, proc_lib:spawn_link(?MODULE, init, [Ref, Transport, Opts])}.

init(Ref, Transport, _Opts) ->
    {ok, Socket} = ranch:handshake(Ref),
    loop(#st{socket = Socket, transport = Transport}).

loop(#st{socket = Socket, transport = Transport, buffer = Buffer} = St) ->
    case Transport:recv(Socket, 0, 60000) of
        {ok, Data} -> loop(frames(<<Buffer/binary, Data/binary>>, St));
        {error, _} -> Transport:close(Socket)
    end.

frames(<<Id:32, Length:16, Payload:Length/binary, Rest/binary>>, St) ->
    frames(Rest, frame(Id, Payload, St));
frames(Rest, St) ->
    St#st{buffer = Rest}.

frame(Id, Payload, #st{streams = Streams} = St) ->
    case dict:find(Id, Streams) of
        {ok, Pid} ->
            Pid ! {data, Payload},
            St;
        error ->
            Pid = spawn_link(fun() -> tunnel_stream:init(Id, Payload) end), % hazard
            St#st{streams = dict:store(Id, Pid, Streams)}
    end.
