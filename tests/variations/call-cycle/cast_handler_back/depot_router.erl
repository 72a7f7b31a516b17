-module(depot_router).
-behaviour(gen_server).
-export([start_link/0, route/1, refresh/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
route(Key) -> gen_server:call(?MODULE, {route, Key}).
refresh() -> gen_server:cast(?MODULE, refresh).

init([]) -> {ok, #{}}.

handle_call({route, Key}, _From, Routes) -> {reply, maps:get(Key, Routes, undefined), Routes}.

handle_cast(refresh, _Routes) ->
    {noreply, maps:from_list(depot_health:alive())}. % hazard
