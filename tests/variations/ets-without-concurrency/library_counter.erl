-module(quota).
-behaviour(gen_server).
-export([start_link/0, spend/2, left/1, init/1, handle_call/3, handle_cast/2]).

-define(LIMIT, 100).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

spend(Tenant, Units) ->
    ets:update_counter(quota_units, {Tenant, today()}, {2, Units}, {{Tenant, today()}, 0}) =< ?LIMIT.

left(Tenant) ->
    case ets:lookup(quota_units, {Tenant, today()}) of
        [{_, Spent}] -> ?LIMIT - Spent;
        [] -> ?LIMIT
    end.

init([]) ->
    quota_units = ets:new(quota_units, [set, public, named_table]), %% hazard
    {ok, []}.

handle_call(stop, _From, State) -> {stop, normal, ok, State}.
handle_cast(_Message, State) -> {noreply, State}.

today() -> erlang:system_time(second) div 86400.
