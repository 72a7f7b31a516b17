-module(lease_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {{one_for_one, 3, 10}, [{lease, {lease, start_link, ["leader"]}, permanent, 10000, worker, [lease]}]}}.
