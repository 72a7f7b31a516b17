-module(depot_feed).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    self() ! connect,
    {ok, #{}}.

handle_call(_, _, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.

handle_info(connect, State) ->
    ok = net_kernel:monitor_nodes(true, [nodedown_reason]), % hazard
    [net_kernel:connect_node(Node) || Node <- application:get_env(depot, nodes, [])],
    erlang:send_after(30000, self(), connect),
    {noreply, State};
handle_info({nodedown, _, _}, State) ->
    {noreply, State};
handle_info(_, State) ->
    {noreply, State}.
