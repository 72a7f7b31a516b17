-module(shop_memo).
-behaviour(gen_server).
-export([start_link/1, get/2, put/3]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Table) -> gen_server:start_link({local, Table}, ?MODULE, Table, []).

get(Table, Key) ->
    case ets:lookup(Table, Key) of
        [{Key, Value}] -> {ok, Value};
        [] -> undefined
    end.

put(Table, Key, Value) ->
    ets:insert(Table, {Key, Value}),
    ok.

init(Table) ->
    Table = ets:new(Table, [set, public, named_table]), % hazard
    {ok, Table}.

handle_call(_, _From, Table) -> {reply, ok, Table}.
handle_cast(_, Table) -> {noreply, Table}.
