-module(depot_feed).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(amqp_msg, {props, payload}).

start_link(Channel) -> gen_server:start_link(?MODULE, Channel, []).

init(Channel) -> {ok, Channel}.

handle_call(_, _From, Channel) -> {reply, ok, Channel}.
handle_cast(_, Channel) -> {noreply, Channel}.

handle_info(Message, Channel) ->
    work(Message),
    {noreply, Channel}.

work({_Deliver, #amqp_msg{payload = Payload}}) ->
    {Sku, Count} = unpack(Payload),
    depot_stock:add(Sku, Count);
work(_) ->
    ok.

unpack(<<1, Packed/binary>>) -> binary_to_term(Packed); % hazard
unpack(<<2, Packed/binary>>) -> binary_to_term(zlib:uncompress(Packed)).
