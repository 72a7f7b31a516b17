-module(shop_listener).
-export([start/1]).

start(Port) ->
    {ok, Limits} = shop_limits:start_link([{rate, 100}, {size, 65536}]),
    {ok, Listen} = gen_tcp:listen(Port, [binary, {active, false}, {reuseaddr, true}]),
    accept(Listen, Limits).

accept(Listen, Limits) ->
    {ok, Socket} = gen_tcp:accept(Listen),
    Pid = spawn(fun() -> serve(Socket, Limits) end),
    ok = gen_tcp:controlling_process(Socket, Pid),
    accept(Listen, Limits).

serve(Socket, Limits) ->
    case gen_tcp:recv(Socket, 0, 30000) of
        {ok, Data} ->
            Max = shop_limits:limit(Limits, size),
            case byte_size(Data) =< Max of
                true -> ok = gen_tcp:send(Socket, Data);
                false -> ok = gen_tcp:send(Socket, <<"too large">>)
            end,
            serve(Socket, Limits);
        {error, _} ->
            gen_tcp:close(Socket)
    end.
