-module(depot_count).
-export([count/1]).

count(Shelves) ->
    Self = self(),
    lists:foreach(fun(Shelf) -> spawn(fun() -> Self ! {counted, Shelf, scan(Shelf)} end) end, Shelves),
    collect(length(Shelves), []).

collect(0, Counts) ->
    Counts;
collect(Left, Counts) ->
    receive % hazard
        {counted, Shelf, Count} -> collect(Left - 1, [{Shelf, Count} | Counts])
    end.

scan(Shelf) ->
    {ok, Binary} = file:read_file(Shelf),
    length(binary:split(Binary, <<"\n">>, [global])).
