-module(mux_manager).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Ports = lists:map(fun mux_sup:start_port/1, lists:seq(1, 4)), % hazard
    {ok, Ports}.

handle_call(ports, _From, Ports) -> {reply, Ports, Ports}.
handle_cast(_, Ports) -> {noreply, Ports}.
