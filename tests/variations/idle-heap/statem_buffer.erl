-module(depot_buffer).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, filling/3]).

start_link(Device) -> gen_statem:start_link(?MODULE, Device, []).

callback_mode() -> state_functions.

init(Device) -> {ok, filling, {Device, []}}.

filling(cast, {reading, Reading}, {Device, Readings}) ->
    {keep_state, {Device, [Reading | Readings]}, [{state_timeout, 2000, flush}]};
filling(state_timeout, flush, {Device, Readings}) -> % hazard
    depot_store:write_all(Device, Readings),
    {keep_state, {Device, []}}.
