-module(shop_traffic).
-export([create/0, add/2]).
-include("shop.hrl").

create() ->
    ets:new(?TRAFFIC, [named_table, public, {keypos, #traffic.peer}]). % hazard

add(Peer, Bytes) ->
    ets:update_counter(?TRAFFIC, Peer, {#traffic.bytes, Bytes}, #traffic{peer = Peer}).
