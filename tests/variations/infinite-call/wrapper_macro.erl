-module(depot_sessions).
-behaviour(gen_server).
-export([start_link/0, open/1, close/1]).
-export([init/1, handle_call/3, handle_cast/2]).
-define(CALL(Request), gen_server:call(?MODULE, Request, infinity)).

-record(state, {sessions = #{}}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

open(User) -> ?CALL({open, User}). % hazard
close(User) -> ?CALL({close, User}).

init([]) -> {ok, #state{}}.

handle_call({open, User}, _From, #state{sessions = Sessions} = State) ->
    {ok, Pid} = supervisor:start_child(depot_session_sup, [User]),
    {reply, {ok, Pid}, State#state{sessions = Sessions#{User => Pid}}};
handle_call({close, User}, _From, #state{sessions = Sessions} = State) ->
    {Pid, Rest} = maps:take(User, Sessions),
    ok = gen_server:stop(Pid),
    {reply, ok, State#state{sessions = Rest}}.

handle_cast(_, State) -> {noreply, State}.
