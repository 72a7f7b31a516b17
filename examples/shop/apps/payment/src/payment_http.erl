%% @doc HTTP towards the card provider.
-module(payment_http).

-export([post/2, get/1]).

-spec post(string(), [{string(), iodata()}]) -> {ok, binary()} | {error, term()}.
post(Path, Fields) ->
    Body = uri_string:compose_query([{Name, to_text(Value)} || {Name, Value} <- Fields]),
    Request = {url(Path), [], "application/x-www-form-urlencoded", Body},
    answer(httpc:request(post, Request, [], [{body_format, binary}])).

-spec get(string()) -> {ok, binary()} | {error, term()}.
get(Path) ->
    answer(httpc:request(get, {url(Path), []}, [], [{body_format, binary}])).

answer({ok, {{_Version, Status, _Phrase}, _Headers, Body}}) when Status < 300 -> {ok, Body};
answer({ok, {{_Version, 402, _Phrase}, _Headers, _Body}}) -> {error, declined};
answer({ok, {{_Version, 404, _Phrase}, _Headers, _Body}}) -> {error, not_found};
answer({ok, {{_Version, Status, _Phrase}, _Headers, _Body}}) -> {error, {status, Status}};
answer({error, Reason}) -> {error, Reason}.

url(Path) ->
    {ok, Base} = application:get_env(payment, provider_url),
    Base ++ Path.

to_text(Value) ->
    unicode:characters_to_list(Value).
