-module(shop_link).
-export([start_link/1, init/2]).

start_link(Peer) -> proc_lib:start_link(?MODULE, init, [self(), Peer]).

init(Parent, Peer) ->
    {ok, Socket} = ssl:connect(Peer, 5671, [binary, {active, false}]),
    ok = ssl:send(Socket, <<"hello">>),
    {ok, <<"hello">>} = ssl:recv(Socket, 5),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(Socket).

loop(Socket) ->
    receive
        {send, Data} ->
            ok = ssl:send(Socket, Data),
            loop(Socket);
        stop ->
            ssl:close(Socket)
    end.
