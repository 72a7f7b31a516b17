-module(depot_payments).
-export([start_link/0, init/1, pay/2]).

start_link() -> proc_lib:start_link(?MODULE, init, [self()]).

pay(Invoice, Cents) ->
    Ref = make_ref(),
    ?MODULE ! {pay, self(), Ref, Invoice, Cents},
    receive
        {Ref, Answer} -> Answer
    after 5000 -> {error, timeout}
    end.

init(Parent) ->
    register(?MODULE, self()),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(#{}).

loop(Payments) ->
    receive
        {pay, From, Ref, Invoice, Cents} ->
            From ! {Ref, ok},
            loop(maps:put(Invoice, Cents, Payments)) % hazard
    end.
