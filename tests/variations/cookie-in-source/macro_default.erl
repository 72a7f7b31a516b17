-module(depot_dist).
-export([start/1]).
-define(COOKIE, d3p0t_cookie).

start(Name) ->
    {ok, _} = net_kernel:start([Name, shortnames]),
    Cookie = application:get_env(depot, cookie, ?COOKIE),
    erlang:set_cookie(node(), Cookie). % hazard
