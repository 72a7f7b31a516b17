-module(depot_quorum).
-behaviour(gen_server).
-export([start_link/1, read/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Replicas) -> gen_server:start_link(?MODULE, Replicas, []).

read(Quorum, Key) -> gen_server:call(Quorum, {read, Key}). % hazard BW404 BW401

init(Replicas) -> {ok, Replicas}.

handle_call({read, Key}, _From, Replicas) ->
    Values = [gen_server:call(Replica, {get, Key}) || Replica <- Replicas],
    {reply, lists:max(Values), Replicas}.

handle_cast(_, Replicas) -> {noreply, Replicas}.
