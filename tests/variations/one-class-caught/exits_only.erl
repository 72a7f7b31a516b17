-module(depot_ask).
-export([ask/3]).

ask(Node, Function, Args) ->
    try
        {ok, erpc:call(Node, depot_answers, Function, Args, 2000)} % hazard
    catch
        exit:Reason -> {error, Reason}
    end.
