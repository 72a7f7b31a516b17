-module(shop_sign_in_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    {basic, User, Password} = cowboy_req:parse_header(<<"authorization">>, Req),
    case shop_auth:check(Password, shop_users:hash(User)) of
        true -> {ok, cowboy_req:reply(200, Req), State};
        false -> {ok, cowboy_req:reply(401, Req), State}
    end.
