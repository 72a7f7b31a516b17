-module(depot_watchers).
-behaviour(gen_server).
-export([start_link/0, watch/0, unwatch/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(watcher, {pid, ref, since}).
-record(state, {watchers = [] :: [#watcher{}]}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

watch() -> gen_server:call(?MODULE, watch).
unwatch() -> gen_server:call(?MODULE, unwatch).

init([]) -> {ok, #state{}}.

handle_call(watch, {Pid, _}, #state{watchers = Watchers} = State) ->
    Watcher = #watcher{pid = Pid, ref = erlang:monitor(process, Pid), since = erlang:system_time()},
    {reply, ok, State#state{watchers = [Watcher | Watchers]}};
handle_call(unwatch, {Pid, _}, #state{watchers = Watchers} = State) ->
    Rest = lists:keydelete(Pid, #watcher.pid, Watchers), % hazard
    {reply, ok, State#state{watchers = Rest}}.

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', _Ref, process, Pid, _}, #state{watchers = Watchers} = State) ->
    {noreply, State#state{watchers = lists:keydelete(Pid, #watcher.pid, Watchers)}}.
