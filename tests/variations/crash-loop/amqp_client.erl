-module(invoice_consumer).
-behaviour(gen_server).
-include_lib("amqp_client/include/amqp_client.hrl").
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Channel) -> gen_server:start_link(?MODULE, Channel, []).

init(Channel) ->
    #'basic.consume_ok'{} = amqp_channel:subscribe(Channel, #'basic.consume'{queue = <<"invoices">>}, self()),
    {ok, Channel}.

handle_call(_, _From, Channel) -> {reply, ok, Channel}.

handle_cast(_, Channel) -> {noreply, Channel}.

handle_info({#'basic.deliver'{delivery_tag = Tag}, #amqp_msg{payload = Payload}}, Channel) ->
    case catch invoice:import(Payload) of
        {'EXIT', Reason} ->
            logger:error("import failed: ~p", [Reason]),
            amqp_channel:cast(Channel, #'basic.nack'{delivery_tag = Tag}); % hazard
        _ ->
            amqp_channel:cast(Channel, #'basic.ack'{delivery_tag = Tag})
    end,
    {noreply, Channel};
handle_info(_, Channel) ->
    {noreply, Channel}.
