-module(shop_feature_source).
-export([load/1]).

load(Url) ->
    {ok, {{_, 200, _}, _, Body}} = httpc:request(get, {Url, []}, [{timeout, 3000}], []),
    binary_to_term(list_to_binary(Body), [safe]).
