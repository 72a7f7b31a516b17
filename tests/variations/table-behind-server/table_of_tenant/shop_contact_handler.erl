-module(shop_contact_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Found = shop_roster:contact(cowboy_req:host(Req), cowboy_req:binding(name, Req)),
    {ok, cowboy_req:reply(200, #{}, term_to_binary(Found), Req), State}.
