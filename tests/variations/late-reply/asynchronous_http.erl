-module(depot_fetch).
-export([fetch/1]).

fetch(Url) ->
    {ok, Id} = httpc:request(get, {Url, []}, [], [{sync, false}, {body_format, binary}]),
    receive % hazard
        {http, {Id, {{_, 200, _}, _, Body}}} -> {ok, Body};
        {http, {Id, {error, Reason}}} -> {error, Reason}
    after 5000 ->
        {error, timeout}
    end.
