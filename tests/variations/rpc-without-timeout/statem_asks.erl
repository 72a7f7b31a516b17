-module(depot_quota).
-behaviour(gen_statem).
-export([start_link/1, take/1, init/1, callback_mode/0, open/3]).

start_link(Node) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Node, []).

take(Count) -> gen_statem:call(?MODULE, {take, Count}, 5000).

callback_mode() -> state_functions.

init(Node) -> {ok, open, Node}.

open({call, From}, {take, Count}, Node) ->
    case rpc:call(Node, depot_quota_store, take, [Count]) of % hazard
        {badrpc, Reason} -> {keep_state_and_data, {reply, From, {error, Reason}}};
        Answer -> {keep_state_and_data, {reply, From, Answer}}
    end.
