-module(shop_device_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    {ok, Pid} = shop_device_sup:ensure(binary_to_list(cowboy_req:binding(device, Req))),
    Tree = gen_server:call(Pid, tree),
    {ok, cowboy_req:reply(200, #{}, Tree, Req), State}.
