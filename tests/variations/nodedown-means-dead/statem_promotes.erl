-module(depot_standby).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, standby/3, active/3]).

start_link(Primary) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Primary, []).

callback_mode() -> state_functions.

init(Primary) ->
    true = erlang:monitor_node(Primary, true),
    {ok, standby, Primary}.

standby(info, {nodedown, Primary}, Primary) ->
    depot_till:promote(), % hazard
    {next_state, active, Primary}.

active(_Type, _Event, _Primary) -> keep_state_and_data.
