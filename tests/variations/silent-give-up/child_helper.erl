-module(broker_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

-define(CHILD(Id, Type, Restart), {Id, {Id, start_link, []}, Restart, infinity, Type, [Id]}).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {{one_for_one, 10, 10},
          [?CHILD(broker_stats, worker, permanent),
           ?CHILD(broker_listener_sup, supervisor, temporary)]}}. % hazard
