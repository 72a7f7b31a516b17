-module(mqtt_sup).
-behaviour(supervisor).
-export([start_link/0, subscribe/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

subscribe(Topic) ->
    supervisor:start_child(?MODULE, [Topic]).

init([]) ->
    {ok, {#{strategy => simple_one_for_one}, % hazard
          [#{id => mqtt_sub, start => {mqtt_sub, start_link, []}, restart => transient}]}}.
