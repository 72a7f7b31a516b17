-module(audio_mixer).
-behaviour(gen_server).
-export([start_link/0, pid/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

pid() -> gen_server:call(?MODULE, pid).

init([]) -> {ok, []}.

handle_call(pid, _From, State) -> {reply, self(), State}.

handle_cast({frame, Frame}, State) -> {noreply, lists:sublist([Frame | State], 10)}.
