-module(depot_seen).
-export([start/0, is_new/1, loop/1]).

start() -> register(?MODULE, spawn(?MODULE, loop, [sets:new()])).

is_new(MessageId) ->
    Ref = make_ref(),
    ?MODULE ! {is_new, self(), Ref, MessageId},
    receive
        {Ref, Answer} -> Answer
    after 5000 -> true
    end.

loop(Seen) ->
    receive
        {is_new, From, Ref, MessageId} ->
            From ! {Ref, not sets:is_element(MessageId, Seen)},
            loop(sets:add_element(MessageId, Seen)) % hazard
    end.
