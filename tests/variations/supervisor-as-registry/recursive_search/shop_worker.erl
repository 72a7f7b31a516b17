-module(shop_worker).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Name) -> gen_server:start_link(?MODULE, Name, []).

init(Name) -> {ok, Name}.
handle_call(name, _From, Name) -> {reply, Name, Name}.
handle_cast(_, Name) -> {noreply, Name}.
