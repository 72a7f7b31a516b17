-module(shop_session_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    case shop_sessions:session(cowboy_req:header(<<"authorization">>, Req)) of
        undefined -> {ok, cowboy_req:reply(401, Req), State};
        User -> {ok, cowboy_req:reply(200, #{}, User, Req), State}
    end.
