-module(depot_valve).
-behaviour(gen_statem).
-export([start_link/0, set/1]).
-export([init/1, callback_mode/0, open/3, closed/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
set(Position) -> gen_statem:call(?MODULE, {set, Position}, 5000).

callback_mode() -> state_functions.
init([]) -> {ok, closed, #{moves => 0}}.

closed({call, From}, {set, open}, #{moves := Moves} = Data) ->
    {next_state, open, Data#{moves := Moves + 1}, [{reply, From, ok}]};
closed({call, _From}, {set, closed}, _Data) ->
    keep_state_and_data. % hazard

open({call, From}, {set, closed}, #{moves := Moves} = Data) ->
    {next_state, closed, Data#{moves := Moves + 1}, [{reply, From, ok}]};
open({call, From}, {set, open}, _Data) ->
    {keep_state_and_data, [{reply, From, already}]}.
