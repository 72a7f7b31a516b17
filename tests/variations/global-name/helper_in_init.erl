-module(depot_master).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link(?MODULE, [], []).

init([]) ->
    become_master(),
    {ok, 0}.

handle_call(next, _From, Number) -> {reply, Number, Number + 1}.

handle_cast(_, Number) -> {noreply, Number}.

become_master() -> global:register_name(depot_master, self()). % hazard
