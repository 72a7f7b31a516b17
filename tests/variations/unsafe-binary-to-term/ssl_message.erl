-module(depot_link).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Socket) -> gen_server:start_link(?MODULE, Socket, []).

init(Socket) -> {ok, Socket}.

handle_call(_, _From, Socket) -> {reply, ok, Socket}.

handle_cast(_, Socket) -> {noreply, Socket}.

handle_info({ssl, Socket, Packet}, Socket) ->
    ok = ssl:setopts(Socket, [{active, once}]),
    depot_orders:apply_change(decode(Packet)),
    {noreply, Socket};
handle_info({ssl_closed, _}, Socket) ->
    {stop, normal, Socket}.

decode(<<1, Compressed/binary>>) -> decode(zlib:uncompress(Compressed));
decode(<<0, Term/binary>>) -> erlang:binary_to_term(Term). % hazard
