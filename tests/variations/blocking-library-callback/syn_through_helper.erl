-module(depot_syn_events).
-behaviour(syn_event_handler).
-export([resolve_registry_conflict/4]).

resolve_registry_conflict(_Scope, Name, {Pid1, _, Time1}, {Pid2, _, Time2}) when Time1 >= Time2 ->
    hand_over(Name, Pid2, Pid1),
    Pid1;
resolve_registry_conflict(_Scope, Name, {Pid1, _, _}, {Pid2, _, _}) ->
    hand_over(Name, Pid1, Pid2),
    Pid2.

hand_over(_Name, Old, New) ->
    State = gen_server:call(Old, take_state), % hazard
    gen_server:cast(New, {merge, State}).
