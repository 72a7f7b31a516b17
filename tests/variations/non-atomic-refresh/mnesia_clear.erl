-module(depot_tariffs).
-behaviour(gen_server).
-export([start_link/0, tariff/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(tariff, {zone, price}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

tariff(Zone) -> mnesia:dirty_read(tariff, Zone).

init([]) ->
    {atomic, ok} = mnesia:create_table(tariff, [{attributes, record_info(fields, tariff)}]),
    {ok, _} = timer:send_interval(60000, refresh),
    {ok, none}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(refresh, State) ->
    {atomic, ok} = mnesia:clear_table(tariff), % hazard
    lists:foreach(fun({Zone, Price}) -> mnesia:dirty_write(#tariff{zone = Zone, price = Price}) end, depot_bank:tariffs()),
    {noreply, State}.
