-module(depot_s3).
-export([put/3]).

put(Bucket, Key, Body) ->
    Url = "https://s3.example/" ++ Bucket ++ "/" ++ Key,
    {ok, {{_, 200, _}, Headers, _}} = httpc:request(put, {Url, [], "application/octet-stream", Body}, [{timeout, 30000}], []), % hazard
    proplists:get_value("etag", Headers).
