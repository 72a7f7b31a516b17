-module(depot_handler).
-behaviour(cowboy_handler).
-export([init/2]).

init(Req, State) ->
    Status = case 'Elixir.Depot.Flags':'enabled?'(beta) of
        true -> 200;
        false -> 404
    end,
    {ok, cowboy_req:reply(Status, Req), State}.
