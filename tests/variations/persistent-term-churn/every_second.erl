-module(depot_stats).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    {ok, _} = timer:send_interval(1000, collect),
    {ok, #{}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({count, Name}, State) -> {noreply, maps:update_with(Name, fun(N) -> N + 1 end, 1, State)}.

handle_info(collect, State) ->
    persistent_term:put(depot_stats, State), % hazard
    {noreply, #{}}.
