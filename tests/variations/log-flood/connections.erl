-module(depot_acceptor).
-behaviour(ranch_protocol).
-export([start_link/3, init/3]).

start_link(Ref, Transport, Options) ->
    {ok, spawn_link(?MODULE, init, [Ref, Transport, Options])}.

init(Ref, Transport, #{max_connections := Max} = Options) ->
    {ok, Socket} = ranch:handshake(Ref),
    case depot_connections:count() of
        Count when Count >= Max ->
            {ok, {Address, _}} = Transport:peername(Socket),
            error_logger:warning_msg("too many connections (~p), refusing ~p~n", [Count, Address]), % hazard
            Transport:close(Socket);
        _ ->
            depot_connection:serve(Socket, Transport, Options)
    end.
