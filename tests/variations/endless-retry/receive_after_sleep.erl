-module(depot_leader).
-export([ask/1]).

ask(Request) ->
    case global:whereis_name(depot_leader) of
        undefined ->
            receive after 500 -> ok end,
            ask(Request); % hazard
        Pid ->
            try
                gen_server:call(Pid, Request)
            catch
                exit:_ ->
                    receive after 500 -> ok end,
                    ask(Request)
            end
    end.
