-module(depot_primary).
-export([is_primary/0]).

is_primary() ->
    Nodes = lists:sort([node(Pid) || Pid <- pg:get_members(depot_primary)]),
    case Nodes of
        [First | _] when First =:= node() -> true; % hazard
        _ -> false
    end.
