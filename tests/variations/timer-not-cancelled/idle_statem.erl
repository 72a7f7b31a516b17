-module(depot_session).
-behaviour(gen_statem).
-export([start_link/1, request/2, callback_mode/0, init/1, handle_event/4]).

start_link(User) -> gen_statem:start_link(?MODULE, User, []).
request(Pid, Request) -> gen_statem:call(Pid, Request).

callback_mode() -> handle_event_function.

init(User) ->
    {ok, open, #{user => User, idle => erlang:start_timer(30000, self(), idle)}}.

handle_event({call, From}, {read, Key}, open, Data) ->
    Idle = erlang:start_timer(30000, self(), idle), % hazard
    {keep_state, Data#{idle := Idle}, [{reply, From, ets:lookup(depot, Key)}]};
handle_event(info, {timeout, _Ref, idle}, open, _Data) ->
    {stop, normal}.
