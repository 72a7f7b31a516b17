-module(depot_pmap).
-export([pmap/2]).
-export([prices/1]).

prices(Codes) ->
    pmap(fun(Code) -> httpc:request("http://prices.example/" ++ Code) end, Codes).

pmap(Fun, List) ->
    Workers = [spawn_monitor(fun() -> exit({done, Fun(Element)}) end) || Element <- List], % hazard
    [receive
         {'DOWN', Ref, process, Pid, {done, Result}} -> {ok, Result};
         {'DOWN', Ref, process, Pid, Reason} -> {error, Reason}
     end || {Pid, Ref} <- Workers].
