-module(depot_flags).
-behaviour(gen_server).
-export([start_link/0, set/2, on/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

set(Flag, Value) -> gen_server:call(?MODULE, {set, Flag, Value}).

on(Flag) -> gen_server:call(?MODULE, {on, Flag}).

init([]) -> {ok, #{}}.

handle_call({on, Flag}, _From, Flags) -> {reply, maps:get(Flag, Flags, false), Flags};
handle_call({set, Flag, Value}, _From, Flags) ->
    [gen_server:cast({?MODULE, Node}, {set, Flag, Value}) || Node <- nodes()], % hazard
    {reply, ok, Flags#{Flag => Value}}.

handle_cast({set, Flag, Value}, Flags) -> {noreply, Flags#{Flag => Value}}.
