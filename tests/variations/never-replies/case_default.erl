-module(depot_locks).
-behaviour(gen_server).
-export([start_link/0, acquire/1, release/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {held = #{}}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
acquire(Name) -> gen_server:call(?MODULE, {acquire, Name}).
release(Name) -> gen_server:call(?MODULE, {release, Name}).

init([]) -> {ok, #state{}}.

handle_call({acquire, Name}, {Pid, _}, #state{held = Held} = State) ->
    case Held of
        #{Name := Pid} -> {reply, ok, State};
        #{Name := _} -> {reply, busy, State};
        _ -> {reply, ok, State#state{held = Held#{Name => Pid}}}
    end;
handle_call({release, Name}, {Pid, _}, #state{held = Held} = State) ->
    case maps:find(Name, Held) of
        {ok, Pid} ->
            {reply, ok, State#state{held = maps:remove(Name, Held)}};
        _ ->
            {noreply, State} % hazard
    end.

handle_cast(_, State) -> {noreply, State}.
