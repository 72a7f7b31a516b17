-module(router_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

-define(STRATEGY, all_for_one).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {flags(), [{router, {router, start_link, []}, permanent, 5000, worker, [router]}]}}.

flags() ->
    {?STRATEGY, 5, 10}. % hazard
