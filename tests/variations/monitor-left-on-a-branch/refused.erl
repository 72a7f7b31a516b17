-module(depot_transfer).
-export([transfer/2]).
-record(grant, {ref, token}).

transfer(Peer, Bytes) ->
    Ref = monitor(process, Peer), % hazard
    Peer ! {want, self(), Ref, byte_size(Bytes)},
    receive
        #grant{ref = Ref, token = Token} ->
            Peer ! {data, Token, Bytes},
            erlang:demonitor(Ref, [flush]),
            ok;
        {refused, Ref, Why} ->
            throw({refused, Why});
        {'DOWN', Ref, process, Peer, Why} ->
            throw({gone, Why})
    end.
