-module(depot_logger).
-export([start/1, loop/0]).

start(Line) ->
    spawn(fun() ->
        true = register(depot_logger, self()),
        loop()
    end),
    depot_logger ! {log, Line}. % hazard

loop() ->
    receive
        {log, Line} ->
            io:put_chars(Line),
            loop()
    end.
