-module(caller_table).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {table, refs}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, #state{table = ets:new(callers, []), refs = dict:new()}}.

handle_call({enter, Pid}, _From, S) ->
    Ref = monitor(process, Pid),
    ets:insert(S#state.table, {Ref, Pid}),
    {reply, Ref, S};
handle_call({leave, Ref}, _From, S) ->
    demonitor(Ref),
    ets:delete(S#state.table, Ref),
    {reply, ok, S}.

handle_cast(_, S) -> {noreply, S}.

handle_info({'DOWN', Ref, process, _Pid, _Reason}, S) ->
    [{Ref, Who}] = ets:lookup(S#state.table, Ref), % hazard
    ets:delete(S#state.table, Ref),
    logger:info("~p left", [Who]),
    {noreply, S}.
