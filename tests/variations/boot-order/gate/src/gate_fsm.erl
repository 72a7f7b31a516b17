-module(gate_fsm).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> handle_event_function.

init([]) ->
    Timeout = gate_config:get(timeout), % hazard
    {ok, closed, #{timeout => Timeout}}.

handle_event(cast, open, closed, Data) -> {next_state, open, Data};
handle_event(cast, close, open, Data) -> {next_state, closed, Data};
handle_event(_, _, _, _) -> keep_state_and_data.
