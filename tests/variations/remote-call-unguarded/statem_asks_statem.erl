-module(depot_follower).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, following/3]).

start_link(Leader) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Leader, []).

callback_mode() -> state_functions.

init(Leader) -> {ok, following, Leader, [{state_timeout, 1000, poll}]}.

following(state_timeout, poll, Leader) ->
    Log = gen_statem:call({depot_leader, Leader}, {log, last}, 5000), % hazard
    ok = depot_log:append(Log),
    {keep_state_and_data, [{state_timeout, 1000, poll}]}.
