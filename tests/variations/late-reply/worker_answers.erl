-module(depot_check).
-export([check/2]).

check(Host, Wait) ->
    Parent = self(),
    spawn(fun() -> Parent ! {checked, Host, inet:gethostbyname(Host)} end),
    receive % hazard
        {checked, Host, Result} -> Result
    after Wait ->
        {error, timeout}
    end.
