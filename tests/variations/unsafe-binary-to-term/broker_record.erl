-module(depot_consumer).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-include_lib("amqp_client/include/amqp_client.hrl").

start_link(Channel) -> gen_server:start_link(?MODULE, Channel, []).

init(Channel) -> {ok, Channel}.

handle_call(_, _From, Channel) -> {reply, ok, Channel}.

handle_cast(_, Channel) -> {noreply, Channel}.

handle_info({#'basic.deliver'{delivery_tag = Tag}, #amqp_msg{payload = Payload}}, Channel) ->
    depot_orders:store(binary_to_term(Payload)), % hazard
    amqp_channel:cast(Channel, #'basic.ack'{delivery_tag = Tag}),
    {noreply, Channel};
handle_info(_, Channel) ->
    {noreply, Channel}.
