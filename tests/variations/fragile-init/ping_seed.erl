-module(catalog_app).
-behaviour(application).
-export([start/2, stop/1]).

start(_Type, _Args) ->
    ok = net_kernel:monitor_nodes(true),
    {ok, Seed} = application:get_env(catalog, seed),
    pong = net_adm:ping(Seed), % hazard
    catalog_sup:start_link().

stop(_) -> ok.
