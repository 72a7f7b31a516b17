-module(shop_device).
-behaviour(gen_server).
-export([start_link/1, report/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(LOCK, {shop_totals, self()}).

start_link(Id) -> gen_server:start_link({via, shop_registry, Id}, ?MODULE, Id, []).

report(Id, Value) -> gen_server:cast({via, shop_registry, Id}, {report, Value}).

init(Id) -> {ok, {Id, 0}}.

handle_call(value, _From, {_, Value} = State) -> {reply, Value, State}.

handle_cast({report, Value}, {Id, Old}) ->
    add(Value - Old),
    {noreply, {Id, Value}}.

add(Change) ->
    global:set_lock(?LOCK), % hazard
    try
        shop_totals:add(Change)
    after
        global:del_lock(?LOCK)
    end.
