-module(depot_door).
-behaviour(gen_statem).
-export([start_link/0, open/1, is_open/0]).
-export([init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
open(User) -> gen_statem:call(?MODULE, {open, User}).
is_open() -> gen_statem:call(?MODULE, is_open).

callback_mode() -> handle_event_function.
init([]) -> {ok, closed, []}.

handle_event({call, From}, {open, User}, closed, Data) ->
    case depot_guard:may(User) of % hazard
        true -> {next_state, open, Data, [{reply, From, ok}]};
        false -> {keep_state_and_data, [{reply, From, refused}]}
    end;
handle_event({call, From}, {open, _}, open, _) ->
    {keep_state_and_data, [{reply, From, ok}]};
handle_event({call, From}, is_open, State, _) ->
    {keep_state_and_data, [{reply, From, State =:= open}]}.
