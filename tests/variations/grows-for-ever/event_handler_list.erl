-module(depot_audit).
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

init([]) -> {ok, []}.

handle_event({changed, Who, What}, Changes) ->
    {ok, [{erlang:system_time(), Who, What} | Changes]}; % hazard
handle_event(_, Changes) ->
    {ok, Changes}.

handle_call(count, Changes) -> {ok, length(Changes), Changes}.
