-module(depot_stop).
-export([stop/0, stop/1]).
-define(BOARD, {global, depot_board}).

stop() -> exit(?BOARD, shutdown). % hazard

stop(Id) ->
    Name = {via, gproc, {n, l, {truck, Id}}},
    exit(Name, kill). % hazard
