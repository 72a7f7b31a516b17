-module(depot_pool).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, serving/3, empty/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> state_functions.

init([]) -> {ok, serving, none}.

serving(info, {'DOWN', _Ref, process, _Pid, _Reason}, Data) ->
    case pg:get_local_members(depot_workers) of % hazard
        [] -> {next_state, empty, Data};
        [_ | _] -> {keep_state, Data}
    end;
serving({call, From}, pick, _Data) ->
    {keep_state_and_data, {reply, From, hd(pg:get_local_members(depot_workers))}}.

empty({call, From}, pick, _Data) -> {keep_state_and_data, {reply, From, none}}.
