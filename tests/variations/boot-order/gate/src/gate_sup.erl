-module(gate_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Fsm = worker(gate_fsm),
    Config = worker(gate_config),
    {ok, {{rest_for_one, 5, 10}, [Fsm, Config]}}.

worker(Module) ->
    {Module, {Module, start_link, []}, permanent, 5000, worker, [Module]}.
