-module(sensor_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Base = #{strategy => rest_for_one},
    SupFlags = Base#{max_restarts => 20, max_seconds => 60}, % hazard
    {ok, {SupFlags, [sensor(1), sensor(2)]}}.

sensor(N) ->
    #{id => {sensor, N}, start => {sensor, start_link, [N]}}.
