-module(dialog_store).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

-define(OPTS, [public, named_table, {keypos, 1}]).

start_link() ->
    create([dialogs, dialog_legs]),
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

create(Names) ->
    lists:foreach(fun(Name) -> ets:new(Name, ?OPTS) end, Names). % hazard

init([]) -> {ok, []}.
handle_call({get, Id}, _From, S) -> {reply, ets:lookup(dialogs, Id), S}.
handle_cast({put, Id, D}, S) -> ets:insert(dialogs, {Id, D}), {noreply, S}.
