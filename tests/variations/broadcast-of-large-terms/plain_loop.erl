-module(depot_chat).
-export([start/0, loop/2]).

start() -> register(depot_chat, spawn(?MODULE, loop, [[], []])).

loop(Clients, History) ->
    receive
        {join, Pid} ->
            erlang:monitor(process, Pid),
            loop([Pid | Clients], History);
        {say, Text} ->
            Newer = [Text | History],
            lists:foreach(fun(Client) -> Client ! {history, Newer} end, Clients), % hazard
            loop(Clients, Newer);
        {'DOWN', _, process, Pid, _} ->
            loop(lists:delete(Pid, Clients), History);
        clear ->
            loop(Clients, [])
    end.
