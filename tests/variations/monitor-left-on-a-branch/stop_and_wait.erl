-module(depot_stopper).
-export([stop/1]).

stop(Pid) ->
    MRef = erlang:monitor(process, Pid), % hazard
    exit(Pid, shutdown),
    receive
        {'DOWN', MRef, process, Pid, _Reason} -> ok
    after 5000 ->
        {error, still_running}
    end.
