-module(shard_boss).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Shards) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Shards, []).

init(Shards) ->
    _ = process_flag(trap_exit, true),
    Pids = maps:from_list([{S, start_shard(S)} || S <- Shards]),
    {ok, Pids}.

start_shard(S) ->
    {ok, Pid} = shard:start_link(S), % hazard
    Pid.

handle_call({where, S}, _From, Pids) -> {reply, maps:get(S, Pids), Pids}.

handle_cast({write, S, Data}, Pids) ->
    gen_server:cast(maps:get(S, Pids), {write, Data}),
    {noreply, Pids}.

handle_info(_Info, Pids) -> {noreply, Pids}.
