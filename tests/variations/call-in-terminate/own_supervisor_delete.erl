-module(depot_tenant).
-behaviour(gen_server).
-export([start_link/1]).
-export([init/1, handle_call/3, handle_cast/2, terminate/2]).

-record(state, {id}).

start_link(Id) -> gen_server:start_link(?MODULE, Id, []).

init(Id) ->
    process_flag(trap_exit, true),
    {ok, #state{id = Id}}.

handle_call(id, _From, #state{id = Id} = State) -> {reply, Id, State}.
handle_cast(_, State) -> {noreply, State}.

terminate(_Reason, #state{id = Id}) ->
    cleanup(Id).

cleanup(Id) ->
    supervisor:delete_child(depot_tenant_sup, Id). % hazard BW410 BW118
