-module(try_of_json).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).
init(Req, _) -> {cowboy_websocket, Req, #{}}.
websocket_handle({text, Json}, State) ->
    try jsx:decode(Json, [return_maps]) of
        #{<<"op">> := <<"open">>, <<"id">> := Id} -> open(Id, State);
        #{<<"op">> := <<"close">>, <<"id">> := Id} -> {ok, maps:remove(Id, State)}
    catch error:badarg -> {ok, State}
    end.
websocket_info(_, State) -> {ok, State}.
open(Id, State) ->
    case maps:is_key(Id, State) of
        true -> {ok, State};
        false -> {ok, maps:put(Id, spawn_link(fun() -> feed:run(Id) end), State)} % hazard
    end.
