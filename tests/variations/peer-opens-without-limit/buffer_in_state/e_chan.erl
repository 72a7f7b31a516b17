-module(e_chan).
-behaviour(gen_server).
-export([start_link/2, init/1, handle_call/3, handle_cast/2]).
start_link(P, A) -> gen_server:start_link(?MODULE, {P, A}, []).
init(X) -> {ok, X}.
handle_call(_, _, S) -> {reply, ok, S}.
handle_cast(_, S) -> {noreply, S}.
