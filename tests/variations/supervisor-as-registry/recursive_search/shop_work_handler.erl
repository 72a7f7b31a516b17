-module(shop_work_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    case shop_worker_sup:worker(cowboy_req:binding(name, Req)) of
        undefined -> {ok, cowboy_req:reply(404, Req), State};
        Pid ->
            gen_server:cast(Pid, work),
            {ok, cowboy_req:reply(202, Req), State}
    end.
