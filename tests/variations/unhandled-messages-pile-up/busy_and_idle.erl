-module(depot_worker).
-export([start_link/0, init/1]).

start_link() -> proc_lib:start_link(?MODULE, init, [self()]).

init(Parent) ->
    process_flag(trap_exit, true),
    proc_lib:init_ack(Parent, {ok, self()}),
    idle(#{done => 0}).

idle(State) ->
    receive % hazard
        {work, From, Item} ->
            Pid = spawn_link(fun() -> depot_item:handle(Item) end),
            busy(From, Pid, State);
        stop ->
            ok
    end.

busy(From, Pid, #{done := Done} = State) ->
    receive
        {Pid, Result} ->
            From ! {done, Result},
            idle(State#{done := Done + 1});
        stop ->
            ok
    end.
