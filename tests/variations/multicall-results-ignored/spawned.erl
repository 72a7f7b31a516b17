-module(depot_acl).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, []}.

handle_call({revoke, User}, _From, State) ->
    spawn(fun() -> gen_server:multi_call(nodes(), ?MODULE, {drop, User}, 5000) end), % hazard
    {reply, ok, lists:delete(User, State)};
handle_call({drop, User}, _From, State) ->
    {reply, ok, lists:delete(User, State)}.

handle_cast(_, State) -> {noreply, State}.
