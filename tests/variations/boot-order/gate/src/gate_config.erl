-module(gate_config).
-behaviour(gen_server).
-export([start_link/0, get/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

get(Key) -> gen_server:call(?MODULE, {get, Key}).

init([]) -> {ok, #{timeout => 5000}}.

handle_call({get, Key}, _From, State) -> {reply, maps:get(Key, State, undefined), State}.

handle_cast(_, State) -> {noreply, State}.
