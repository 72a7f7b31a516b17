-module(shop_call).
-behaviour(gen_statem).
-export([start_link/2, init/1, callback_mode/0, ringing/3]).

start_link(From, To) -> gen_statem:start_link(?MODULE, {From, To}, []).

callback_mode() -> state_functions.

init({From, To}) ->
    case route(To) of
        {ok, Route} -> {ok, ringing, #{from => From, route => Route}};
        {error, Reason} -> {stop, Reason}
    end.

route(To) ->
    case httpc:request(get, {"http://routes.example/" ++ To, []}, [{timeout, 5000}], []) of
        {ok, {{_, 200, _}, _, Body}} -> {ok, Body};
        _ -> {error, no_route}
    end.

ringing(_, _, _) -> keep_state_and_data.
