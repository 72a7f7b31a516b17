-module(depot_primary).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, handle_event/4]).
-record(data, {standby, rows = #{}}).

start_link(Standby) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Standby, []).

callback_mode() -> handle_event_function.

init(Standby) -> {ok, active, #data{standby = Standby}}.

handle_event({call, From}, {write, Key, Value}, active, #data{rows = Rows, standby = Standby} = Data0) ->
    Data = Data0#data{rows = maps:put(Key, Value, Rows)},
    gen_statem:cast(Standby, {sync, Data}), % hazard
    {keep_state, Data, [{reply, From, ok}]};
handle_event({call, From}, {delete, Key}, active, #data{rows = Rows} = Data) ->
    {keep_state, Data#data{rows = maps:remove(Key, Rows)}, [{reply, From, ok}]}.
