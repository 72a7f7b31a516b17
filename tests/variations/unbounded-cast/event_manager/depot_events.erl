-module(depot_events).
-export([start_link/0, sold/2]).

start_link() ->
    {ok, Pid} = gen_event:start_link({local, ?MODULE}),
    ok = gen_event:add_handler(?MODULE, depot_mail_handler, []),
    {ok, Pid}.

sold(Item, Buyer) ->
    gen_event:notify(?MODULE, {sold, Item, Buyer}). % hazard
