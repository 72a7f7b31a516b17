-module(flow_sup).
-behaviour(supervisor).
-export([start_link/0, add/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

add(Id) -> supervisor:start_child(?MODULE, [Id]).

init([]) ->
    {ok, {{simple_one_for_one, 5, 10}, [{flow, {flow, start_link, []}, transient, 5000, worker, [flow]}]}}.
