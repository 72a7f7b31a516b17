-module(depot_cache).
-behaviour(gen_server).
-export([start_link/1, get/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).
-define(SERVER, ?MODULE).
-record(state, {file, table}).

start_link(File) -> gen_server:start_link({local, ?SERVER}, ?MODULE, [File], []).
get(Key) -> gen_server:call(?SERVER, {get, Key}).

init([File]) ->
    process_flag(trap_exit, true),
    State = #state{file = File},
    {ok, State, 0}. % hazard

handle_call({get, Key}, _From, #state{table = Table} = State) ->
    {reply, ets:lookup(Table, Key), State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(timeout, #state{file = File} = State) ->
    {ok, Table} = ets:file2tab(File),
    {noreply, State#state{table = Table}};
handle_info(_, State) -> {noreply, State}.
