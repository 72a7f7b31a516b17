-module(depot_batch).
-behaviour(gen_server).
-export([start_link/1, add/2, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {tenant, rows = []}).

start_link(Tenant) -> gen_server:start_link({via, depot_names, Tenant}, ?MODULE, Tenant, []).

add(Batch, Row) -> gen_server:cast(Batch, {add, Row}).

init(Tenant) ->
    erlang:send_after(5000, self(), flush),
    {ok, #state{tenant = Tenant}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({add, Row}, #state{rows = Rows} = State) -> {noreply, State#state{rows = [Row | Rows]}}.

handle_info(flush, #state{tenant = Tenant, rows = Rows} = State) -> % hazard
    ok = depot_store:write_all(Tenant, lists:reverse(Rows)),
    erlang:send_after(5000, self(), flush),
    {noreply, State#state{rows = []}}.
