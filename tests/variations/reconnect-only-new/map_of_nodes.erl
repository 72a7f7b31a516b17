-module(depot_nodes).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Nodes) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Nodes, []).

init(Nodes) ->
    net_kernel:monitor_nodes(true),
    erlang:send_after(1000, self(), ping),
    {ok, #{nodes => maps:from_list([{Node, unknown} || Node <- Nodes])}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({add, Node}, #{nodes := Nodes} = State) -> {noreply, State#{nodes := Nodes#{Node => unknown}}}.

handle_info(ping, #{nodes := Nodes} = State) ->
    [net_adm:ping(Node) || Node <- maps:keys(Nodes)],
    erlang:send_after(1000, self(), ping),
    {noreply, State};
handle_info({nodeup, Node}, #{nodes := Nodes} = State) ->
    {noreply, State#{nodes := Nodes#{Node => up}}};
handle_info({nodedown, Node}, #{nodes := Nodes} = State) ->
    {noreply, State#{nodes := maps:remove(Node, Nodes)}}. % hazard
