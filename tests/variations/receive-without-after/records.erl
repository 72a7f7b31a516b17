-module(depot_gate).
-export([open/2]).
-record(request, {from :: pid(), id :: reference(), what}).
-record(answer, {id :: reference(), value}).

open(Gate, Badge) ->
    Id = make_ref(),
    Gate ! #request{from = self(), id = Id, what = {open, Badge}},
    receive % hazard
        #answer{id = Id, value = Value} -> Value
    end.
