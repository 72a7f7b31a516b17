-module(depot_export).
-behaviour(gen_server).
-export([start_link/2, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {tenant, path}).

start_link(Tenant, Path) -> gen_server:start_link(?MODULE, {Tenant, Path}, []).

init({Tenant, Path}) -> {ok, #state{tenant = Tenant, path = Path}, 0}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(timeout, #state{tenant = Tenant, path = Path} = State) ->
    ok = file:write_file(Path, depot_rows:all(Tenant)), % hazard
    {noreply, State}.
