-module(depot_listen).
-export([start/1, accept/1]).
-define(OPTIONS, [binary, {packet, 4}, {reuseaddr, true}, {active, true}]).

start(Port) ->
    {ok, Listen} = gen_tcp:listen(Port, ?OPTIONS), % hazard
    spawn_link(?MODULE, accept, [Listen]).

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = spawn(fun() -> serve(Socket) end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    accept(Listen).

serve(Socket) ->
    receive
        {tcp, Socket, Data} ->
            ok = file:write_file("inbox", Data, [append]),
            serve(Socket);
        {tcp_closed, Socket} ->
            ok
    end.
