-module(depot_lock).
-behaviour(gen_statem).
-export([start_link/0, lock/0, unlock/0, callback_mode/0, init/1, free/3, held/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
lock() -> gen_statem:call(?MODULE, lock).
unlock() -> gen_statem:call(?MODULE, unlock).

callback_mode() -> state_functions.

init([]) -> {ok, free, none}.

free({call, {Pid, _} = From}, lock, none) ->
    {next_state, held, {Pid, monitor(process, Pid)}, [{reply, From, ok}]};
free({call, From}, unlock, none) ->
    {keep_state_and_data, [{reply, From, {error, free}}]}.

held({call, {Pid, _} = From}, unlock, {Pid, Ref}) ->
    demonitor(Ref), % hazard
    {next_state, free, none, [{reply, From, ok}]};
held({call, _}, lock, _) ->
    {keep_state_and_data, [postpone]};
held(info, {'DOWN', Ref, process, Pid, _}, {Pid, Ref}) ->
    {next_state, free, none}.
