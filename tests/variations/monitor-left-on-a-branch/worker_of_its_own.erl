-module(depot_limited).
-export([run/2]).

run(Fun, Limit) ->
    {Pid, Ref} = spawn_monitor(fun() -> exit({result, Fun()}) end), % hazard
    receive
        {'DOWN', Ref, process, Pid, {result, Result}} -> {ok, Result};
        {'DOWN', Ref, process, Pid, Reason} -> {error, Reason}
    after Limit ->
        {error, timeout}
    end.
