-module(depot_acceptor).
-export([start/1]).

start(Port) ->
    {ok, Listen} = gen_tcp:listen(Port, [binary, {packet, 4}, {active, false}]),
    spawn(fun() -> accept(Listen) end).

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    spawn(fun() -> accept(Listen) end),
    serve(Socket).

serve(Socket) ->
    case gen_tcp:recv(Socket, 0) of
        {ok, Packet} ->
            {Module, Arguments} = binary_to_term(Packet), % hazard
            gen_tcp:send(Socket, term_to_binary(Module:ask(Arguments))),
            serve(Socket);
        {error, closed} ->
            ok
    end.
