-module(depot_health).
-behaviour(gen_server).
-export([start_link/0, alive/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
alive() -> gen_server:call(?MODULE, alive).

init([]) -> {ok, [north, south]}.

handle_call(alive, _From, Sites) ->
    {reply, [{Site, depot_router:route(Site)} || Site <- Sites], Sites}.

handle_cast({down, Site}, Sites) -> {noreply, lists:delete(Site, Sites)}.
