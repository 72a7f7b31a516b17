-module(depot_oauth).
-export([token/2]).

token(Id, Secret) ->
    Body = uri_string:compose_query([{"client_id", Id}, {"client_secret", Secret}, {"grant_type", "client_credentials"}]),
    Request = {endpoint(), [], "application/x-www-form-urlencoded", Body},
    HttpOptions = [{ssl, [{verify, verify_none}]}, {autoredirect, false}],
    case httpc:request(post, Request, HttpOptions, [{body_format, binary}], depot) of % hazard
        {ok, {{_, 200, _}, _, Json}} -> {ok, jsx:decode(Json)};
        {ok, {{_, Status, _}, _, _}} -> {error, Status};
        {error, Reason} -> {error, Reason}
    end.

endpoint() -> application:get_env(depot, token_url, "https://login.example/token").
