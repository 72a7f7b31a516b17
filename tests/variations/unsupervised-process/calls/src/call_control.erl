-module(call_control).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, #{}}.

handle_call({new_call, Number}, _From, Calls) ->
    {ok, Leg} = call_leg:create(Number), % hazard
    {reply, {ok, Leg}, Calls#{Number => Leg}};
handle_call({leg, Number}, _From, Calls) ->
    {reply, maps:find(Number, Calls), Calls}.

handle_cast(_, Calls) -> {noreply, Calls}.
