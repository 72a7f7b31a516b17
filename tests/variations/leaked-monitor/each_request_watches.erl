-module(depot_locks).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {held = #{}, refs = #{}}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
init([]) -> {ok, #state{}}.

handle_call({lock, Bay}, {Pid, _}, State0) ->
    State = track(Pid, State0),
    {reply, ok, State#state{held = maps:put(Bay, Pid, State#state.held)}};
handle_call({unlock, Bay}, {Pid, _}, State0) ->
    State = track(Pid, State0),
    {reply, ok, State#state{held = maps:remove(Bay, State#state.held)}}.

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', Ref, process, Pid, _}, State) ->
    Held = maps:filter(fun(_, Holder) -> Holder =/= Pid end, State#state.held),
    {noreply, State#state{held = Held, refs = maps:remove(Ref, State#state.refs)}};
handle_info(_, State) ->
    {noreply, State}.

track(Pid, State) ->
    Ref = erlang:monitor(process, Pid), % hazard
    State#state{refs = maps:put(Ref, Pid, State#state.refs)}.
