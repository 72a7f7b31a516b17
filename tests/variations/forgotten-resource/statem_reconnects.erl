-module(depot_link).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, down/3, up/3]).
-record(data, {address, socket}).

start_link(Address) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Address, []).

callback_mode() -> state_functions.

init(Address) -> {ok, down, #data{address = Address}, [{state_timeout, 0, connect}]}.

down(state_timeout, connect, #data{address = {Host, Port}} = Data) ->
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {active, once}], 5000),
    {next_state, up, Data#data{socket = Socket}}.

up(cast, {move, {Host, Port} = Address}, Data) ->
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {active, once}], 5000), % hazard
    {keep_state, Data#data{address = Address, socket = Socket}};
up(info, {tcp_closed, Socket}, #data{socket = Socket} = Data) ->
    {next_state, down, Data#data{socket = undefined}, [{state_timeout, 1000, connect}]}.
