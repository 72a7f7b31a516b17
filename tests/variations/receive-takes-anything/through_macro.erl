-module(depot_await).
-export([await/2]).

await(Tag, Wait) ->
    receive % hazard
        {Tag, Value} ->
            {ok, Value};
        Other ->
            logger:debug("not for us: ~p", [Other]),
            await(Tag, Wait)
    after Wait ->
        timeout
    end.
