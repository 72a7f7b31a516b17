-module(depot_slack_handler).
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

init(Url) -> {ok, Url}.

handle_event({alarm, Text}, Url) ->
    post(Url, Text),
    {ok, Url};
handle_event(_, Url) -> {ok, Url}.

handle_call(url, Url) -> {ok, Url, Url}.

post(Url, Text) ->
    Body = iolist_to_binary([<<"{\"text\":\"">>, Text, <<"\"}">>]),
    hackney:post(Url, [{<<"content-type">>, <<"application/json">>}], Body, []). % hazard BW416 BW406
