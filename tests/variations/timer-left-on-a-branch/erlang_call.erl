-module(depot_ping).
-export([ping/1]).

ping(Peer) ->
    Timer = erlang:start_timer(1000, self(), ping), % hazard
    Peer ! {ping, self(), Timer},
    case wait(Timer) of
        pong -> ok;
        late -> {error, late}
    end.

wait(Timer) ->
    receive
        {pong, Timer} -> pong;
        {timeout, Timer, ping} -> late
    end.
