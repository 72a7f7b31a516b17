-module(depot_alarm_handler).
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2, handle_info/2]).

-record(state, {alarms = []}).

init(_) -> {ok, #state{}}.

handle_event({set_alarm, {Id, _} = Alarm}, #state{alarms = Alarms} = State) ->
    spread(Id),
    {ok, State#state{alarms = [Alarm | Alarms]}};
handle_event({clear_alarm, Id}, #state{alarms = Alarms} = State) ->
    {ok, State#state{alarms = lists:keydelete(Id, 1, Alarms)}}.

handle_call(get_alarms, #state{alarms = Alarms} = State) -> {ok, Alarms, State}.
handle_info(_, State) -> {ok, State}.

spread(Id) ->
    [rpc:call(Node, depot_alarms, seen, [Id]) || Node <- nodes()]. % hazard BW416 BW604 BW608
