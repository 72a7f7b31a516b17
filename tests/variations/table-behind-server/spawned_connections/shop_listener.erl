-module(shop_listener).
-export([accept/1]).

accept(Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = spawn(fun() -> serve(Socket) end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    accept(Listen).

serve(Socket) ->
    case gen_tcp:recv(Socket, 0, 30000) of
        {ok, Code} ->
            ok = gen_tcp:send(Socket, term_to_binary(shop_codes:city(Code))),
            serve(Socket);
        {error, _} ->
            gen_tcp:close(Socket)
    end.
