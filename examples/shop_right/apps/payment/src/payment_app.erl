%% @doc The payment application: card charges, refunds and the ledger behind them.
-module(payment_app).
-behaviour(application).

-export([start/2, stop/1]).

start(_Type, _Args) ->
    payment_sup:start_link().

stop(_State) ->
    ok.
