-module(depot_top).
-behaviour(supervisor).
-export([start_link/0, init/1, start_clock/0]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) -> {ok, {{one_for_one, 3, 10}, [{clock, {?MODULE, start_clock, []}, permanent, 5000, worker, [depot_clock]}]}}.

start_clock() -> gen_statem:start_link({global, depot_clock}, depot_clock, [], []). % hazard
