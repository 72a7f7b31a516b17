-module(shop_login_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Mail, Req} = cowboy_req:read_body(Req0),
    case shop_users:by_mail(Mail) of
        {ok, _} -> {ok, cowboy_req:reply(200, Req), State};
        error -> {ok, cowboy_req:reply(401, Req), State}
    end.
