-module(stats).
-behaviour(gen_server).
-export([start_link/0, observe/2, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

observe(Name, Value) -> ok = gen_server:call(?MODULE, {observe, Name, Value}).

init([]) -> {ok, #{}}.
handle_call({observe, N, V}, _From, S) -> {reply, ok, S#{N => V}}.
handle_cast(_, S) -> {noreply, S}.
