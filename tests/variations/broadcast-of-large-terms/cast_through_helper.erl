-module(depot_members).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, #{members => #{}, watchers => []}}.

handle_call({leave, Id}, _From, #{members := Members} = State) ->
    {reply, ok, publish(State#{members := maps:remove(Id, Members)})}.

handle_cast({join, Id, Info}, #{members := Members} = State) ->
    {noreply, publish(State#{members := maps:put(Id, Info, Members)})};
handle_cast({watch, Pid}, #{watchers := Watchers} = State) ->
    {noreply, State#{watchers := [Pid | Watchers]}}.

publish(#{members := Members, watchers := Watchers} = State) ->
    lists:foreach(fun(Watcher) -> gen_server:cast(Watcher, {members, Members}) end, Watchers), % hazard
    State.
