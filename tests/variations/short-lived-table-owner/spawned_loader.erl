-module(depot_loader).
-export([start/1, find/1]).

start(File) ->
    spawn(fun() ->
        depot_zones = ets:new(depot_zones, [named_table, public]), % hazard
        {ok, Zones} = file:consult(File),
        true = ets:insert(depot_zones, Zones)
    end).

find(Zone) ->
    case ets:lookup(depot_zones, Zone) of
        [{_, Found}] -> {ok, Found};
        [] -> error
    end.
