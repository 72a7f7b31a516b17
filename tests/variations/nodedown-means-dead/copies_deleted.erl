-module(depot_mnesia).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    ok = net_kernel:monitor_nodes(true),
    {ok, none}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({nodedown, Node}, State) ->
    {atomic, ok} = mnesia:del_table_copy(schema, Node), % hazard
    {noreply, State};
handle_info({nodeup, _}, State) ->
    {noreply, State}.
