-module(router).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
callback_mode() -> handle_event_function.
init([]) -> {ok, open, #{routes => #{}}}.

handle_event(cast, {route, To, Message}, open, #{routes := Routes}) ->
    maps:get(To, Routes) ! Message,
    stats:observe(routed, byte_size(Message)), % hazard
    keep_state_and_data;
handle_event({call, From}, {add, To, Pid}, open, #{routes := Routes} = Data) ->
    {keep_state, Data#{routes := Routes#{To => Pid}}, [{reply, From, ok}]}.
