-module(line_driver).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, idle/3, busy/3]).

start_link() ->
    gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> state_functions.

init([]) ->
    {ok, idle, #{queue => queue:new()}}.

idle(cast, {job, Job}, Data) ->
    try
        {next_state, busy, run(Job, Data)}
    catch
        _:_ -> keep_state_and_data % hazard
    end.

busy(cast, done, Data) ->
    {next_state, idle, Data};
busy(cast, {job, Job}, #{queue := Queue} = Data) ->
    {keep_state, Data#{queue := queue:in(Job, Queue)}}.

run(#{id := Id, steps := Steps}, Data) ->
    Data#{current => Id, left => lists:foldl(fun(S, N) -> N + maps:get(weight, S) end, 0, Steps)}.
