-module(depot_tick).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Id) -> gen_server:start_link(name(Id), ?MODULE, Id, []).

name(Id) -> {via, depot_names, Id}.

init(Id) ->
    {ok, _} = timer:send_interval(1000, name(Id), tick), % hazard
    {ok, Id}.

handle_call(_, _From, Id) -> {reply, ok, Id}.

handle_cast(_, Id) -> {noreply, Id}.

handle_info(tick, Id) -> {noreply, Id}.
