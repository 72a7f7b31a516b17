-module(meter_poll).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Device) ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, Device, []).

init(Device) ->
    erlang:send_after(1000, self(), poll),
    {ok, {Device, []}}.

handle_call(readings, _From, {_, Readings} = State) ->
    {reply, Readings, State}.

handle_cast(_, State) ->
    {noreply, State}.

handle_info(poll, {Device, Readings} = State) ->
    erlang:send_after(1000, self(), poll),
    case catch read_all(Device, Readings) of
        {'EXIT', _} -> {noreply, State}; % hazard
        More -> {noreply, {Device, More}}
    end.

read_all(Device, Readings) ->
    <<Kind:8, Value:32>> = meter_port:command(Device, <<"R">>),
    [{Kind, Value} | Readings].
