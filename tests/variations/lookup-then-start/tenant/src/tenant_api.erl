-module(tenant_api).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Tenant = cowboy_req:binding(tenant, Req),
    Pid = tenant_server:ensure(Tenant),
    Usage = gen_server:call(Pid, usage),
    {ok, cowboy_req:reply(200, #{}, integer_to_binary(Usage), Req), State}.
