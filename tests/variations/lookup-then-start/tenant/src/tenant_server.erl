-module(tenant_server).
-behaviour(gen_server).
-export([ensure/1, start_link/1, init/1, handle_call/3, handle_cast/2]).

ensure(Tenant) ->
    case global:whereis_name({tenant, Tenant}) of
        undefined ->
            {ok, Pid} = supervisor:start_child(tenant_sup, [Tenant]), % hazard
            Pid;
        Pid ->
            Pid
    end.

start_link(Tenant) -> gen_server:start_link({global, {tenant, Tenant}}, ?MODULE, Tenant, []).

init(Tenant) -> {ok, {Tenant, 0}}.
handle_call(usage, _From, {_, N} = State) -> {reply, N, State}.
handle_cast(hit, {T, N}) -> {noreply, {T, N + 1}}.
