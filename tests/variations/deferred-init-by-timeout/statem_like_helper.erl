-module(depot_registry).
-behaviour(gen_server).
-export([start_link/0, lookup/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
lookup(Name) -> gen_server:call(?MODULE, {lookup, Name}).

init([]) -> started(#{}).

started(State) -> {ok, State, 0}. % hazard

handle_call({lookup, Name}, _From, State) -> {reply, maps:get(Name, State, undefined), State}.
handle_cast(_, State) -> {noreply, State}.
handle_info(timeout, State) -> {noreply, read(State)};
handle_info(_, State) -> {noreply, State}.

read(State) ->
    {ok, Terms} = file:consult("registry.terms"),
    maps:merge(State, maps:from_list(Terms)).
