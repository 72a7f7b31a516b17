%% @doc What the shop may ask of the payment application.
-module(payment).

-export([charge/4, refund/2, status/1, callback/1, store_card/1]).

-export_type([receipt/0]).

-type receipt() :: #{id := binary(), order := binary(), amount := non_neg_integer(), currency := atom()}.

%% A bank may take its time, hence the long wait.
-define(CHARGE_TIMEOUT, 30000).

%% @doc Charges a card, given by the token that store_card/1 returned, or by its number.
-spec charge(binary(), non_neg_integer(), atom(), binary()) -> {ok, receipt()} | {error, term()}.
charge(Order, Amount, Currency, Card) ->
    gen_server:call(payment_server, {charge, Order, Amount, Currency, Card}, ?CHARGE_TIMEOUT).

%% @doc Gives money back; the bank is told in the background.
-spec refund(binary(), non_neg_integer()) -> ok.
refund(Order, Amount) ->
    payment_refunds:refund(Order, Amount).

%% @doc What became of an order's payment.
-spec status(binary()) -> charged | settled | unknown.
status(Order) ->
    payment_ledger:status(Order).

%% @doc Takes a message of the payment provider, as it came over HTTP.
-spec callback(binary()) -> ok | {error, term()}.
callback(Body) ->
    case payment_codec:decode(Body) of
        {ok, #{event := settled, order := Order}} ->
            payment_ledger:settled(Order);
        {ok, #{event := chargeback, card := Card}} ->
            payment_fraud:block(Card);
        {ok, _Other} ->
            ok;
        {error, Reason} ->
            {error, Reason}
    end.

%% @doc Keeps a card's number and returns a token that is safe to hand around.
-spec store_card(binary()) -> binary().
store_card(Number) ->
    payment_tokens:store(Number).
