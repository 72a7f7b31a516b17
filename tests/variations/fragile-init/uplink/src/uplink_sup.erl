-module(uplink_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {{one_for_one, 1, 5}, [{uplink, {uplink, start_link, []}, permanent, 5000, worker, [uplink]}]}}.
