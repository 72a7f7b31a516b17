-module(mux_port).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).
start_link(N) -> gen_server:start_link(?MODULE, N, []).
init(N) -> {ok, N}.
handle_call(_, _, N) -> {reply, N, N}.
handle_cast(_, N) -> {noreply, N}.
