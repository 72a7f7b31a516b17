%% @doc HTTP towards the card provider. Every request has a time in which it must end.
-module(payment_http).

-export([post/3, get/2]).

-define(CONNECT_TIMEOUT, 2000).

-spec post(string(), [{string(), iodata()}], pos_integer()) -> {ok, binary()} | {error, term()}.
post(Path, Fields, Timeout) ->
    Body = uri_string:compose_query([{Name, to_text(Value)} || {Name, Value} <- Fields]),
    Request = {url(Path), [], "application/x-www-form-urlencoded", Body},
    answer(httpc:request(post, Request, options(Timeout), [{body_format, binary}])).

-spec get(string(), pos_integer()) -> {ok, binary()} | {error, term()}.
get(Path, Timeout) ->
    answer(httpc:request(get, {url(Path), []}, options(Timeout), [{body_format, binary}])).

options(Timeout) ->
    [{timeout, Timeout}, {connect_timeout, min(Timeout, ?CONNECT_TIMEOUT)}].

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
