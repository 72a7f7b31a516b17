-module(depot_invalidate).
-behaviour(gen_server).
-export([start_link/0, drop/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

drop(Key) -> gen_server:cast(?MODULE, {drop, Key}).

init([]) -> {ok, []}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({drop, Key}, State) ->
    [gen_server:send_request({?MODULE, Node}, {dropped, Key}) || Node <- nodes()], % hazard
    {noreply, State}.

handle_info(purge, State) ->
    ets:delete_all_objects(depot_cache),
    {noreply, State}.
