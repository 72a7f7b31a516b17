-module(depot_store).
-behaviour(gen_statem).
-export([start_link/0, transaction/1]).
-export([init/1, callback_mode/0, ready/3]).

-record(data, {table}).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
transaction(Fun) -> gen_statem:call(?MODULE, {transaction, Fun}).

callback_mode() -> state_functions.
init([]) -> {ok, ready, #data{table = ets:new(store, [private])}}.

ready({call, From}, {transaction, Fun}, #data{table = Table} = Data) ->
    Result = run(Fun, Table),
    {keep_state, Data, [{reply, From, Result}]}.

run(Fun, Table) -> Fun(Table). % hazard
