-module(alarm_board).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, #{alarms => []}}.

handle_call(alarms, _From, State) ->
    {reply, maps:get(alarms, State), State}.

handle_cast({raise, Alarm}, State) ->
    {noreply, safe(fun() -> raise_alarm(Alarm, State) end, State)};
handle_cast({clear, Alarm}, State) ->
    {noreply, safe(fun() -> clear_alarm(Alarm, State) end, State)}.

safe(Fun, Default) ->
    try Fun()
    catch _:_ -> Default % hazard
    end.

raise_alarm({Id, Level}, #{alarms := Alarms} = State) ->
    State#{alarms := [{Id, Level, erlang:system_time()} | Alarms]}.

clear_alarm(Id, #{alarms := Alarms} = State) ->
    {value, _, Rest} = lists:keytake(Id, 1, Alarms),
    State#{alarms := Rest}.
