-module(depot_gate).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, open/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> state_functions.

init([]) -> {ok, open, #{requests => #{}}}.

open({call, From}, {request, RequestId, Body}, #{requests := Requests} = Data) ->
    case Requests of
        #{RequestId := Answer} ->
            {keep_state_and_data, [{reply, From, Answer}]};
        _ ->
            Answer = depot_work:run(Body),
            {keep_state, Data#{requests := Requests#{RequestId => Answer}}, [{reply, From, Answer}]} % hazard
    end.
