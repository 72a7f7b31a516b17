-module(flow).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, running/3]).

start_link(Id) ->
    Tables = [ets:new(Name, [public, ordered_set]) || Name <- [ingress, egress]], % hazard
    gen_statem:start_link(?MODULE, {Id, Tables}, []).

callback_mode() -> state_functions.

init({Id, Tables}) -> {ok, running, {Id, Tables}}.

running(cast, {in, Packet}, {_, [In | _]}) ->
    ets:insert(In, {erlang:monotonic_time(), Packet}),
    keep_state_and_data.
