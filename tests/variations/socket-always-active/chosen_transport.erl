-module(tunnel).
-export([open/2]).

open(Transport, Socket) ->
    Transport:send(Socket, <<"go">>),
    tunnel_socket:setopts(Socket, [{packet, 4}, {active, true}]). % hazard
