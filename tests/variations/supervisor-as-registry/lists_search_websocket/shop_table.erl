-module(shop_table).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Id) -> gen_server:start_link(?MODULE, Id, []).

init(Id) -> {ok, {Id, []}}.
handle_call({play, Card}, _From, {Id, Cards}) -> {reply, ok, {Id, [Card | Cards]}}.
handle_cast(_, State) -> {noreply, State}.
