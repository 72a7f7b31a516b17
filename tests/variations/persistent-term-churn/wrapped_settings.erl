-module(depot_settings_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Body, Req} = cowboy_req:read_body(Req0),
    Tenant = cowboy_req:binding(tenant, Req),
    save(Tenant, jsx:decode(Body)),
    {ok, cowboy_req:reply(204, Req), State}.

save(Tenant, Settings) ->
    depot_settings_store:write(Tenant, Settings),
    persistent_term:put({settings, Tenant}, Settings). % hazard
