-module(call_leg).
-behaviour(gen_statem).
-export([create/1, init/1, callback_mode/0, ringing/3, talking/3]).

create(Number) -> gen_statem:start(?MODULE, Number, []).

callback_mode() -> state_functions.

init(Number) -> {ok, ringing, #{number => Number, since => erlang:monotonic_time()}}.

ringing(cast, answer, Data) -> {next_state, talking, Data};
ringing(cast, hangup, Data) -> {stop, normal, Data}.

talking(cast, hangup, Data) -> {stop, normal, Data}.
