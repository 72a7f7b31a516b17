-module(depot_runner).
-export([start_link/1, init/1]).
-record(state, {folder, done = []}).

start_link(Folder) -> proc_lib:start_link(?MODULE, init, [Folder]).

init(Folder) ->
    register(?MODULE, self()),
    proc_lib:init_ack({ok, self()}),
    loop(#state{folder = Folder}).

loop(State) ->
    receive
        {run, Job} ->
            spawn_link(fun() -> depot_job:run(State#state.folder, Job) end), % hazard
            loop(State#state{done = [Job | State#state.done]});
        trim ->
            loop(State#state{done = []})
    end.
