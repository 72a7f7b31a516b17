%% @doc What the shop may ask of the payment application.
-module(payment).

-export([charge/5, refund/2, status/1, callback/1, store_card/1]).

-export_type([receipt/0]).

-type receipt() :: #{id := binary(), order := binary(), amount := non_neg_integer(), currency := atom()}.

%% @doc Charges a card, given by the token that store_card/1 returned, or by its number. The caller does the
%% work, and it ends within about Timeout milliseconds; payment_server sees to it that an order is charged once.
-spec charge(binary(), non_neg_integer(), atom(), binary(), pos_integer()) -> {ok, receipt()} | {error, term()}.
charge(Order, Amount, Currency, Card, Timeout) ->
    case payment_server:claim(Order, Amount) of
        claimed ->
            Result = announce(Order, Amount, Currency, payment_tokens:number(Card), Timeout),
            ok = payment_server:finished(Order),
            Result;
        {charged, Receipt} ->
            {ok, Receipt};
        {error, Reason} ->
            {error, Reason}
    end.

%% The log knows of a charge before the bank does: one that a crash of this node leaves open is paid back.
announce(Order, Amount, Currency, Number, Timeout) ->
    case payment_ledger:note({begun, Order, Amount}) of
        ok -> authorize(Order, Amount, Currency, Number, Timeout);
        {error, Reason} -> {error, Reason}
    end.

authorize(Order, Amount, Currency, Number, Timeout) ->
    case payment_fraud:check(Number, Amount) of
        deny ->
            declined(Order);
        allow ->
            case payment_gateway:authorize(Order, Amount, Currency, Number, Timeout) of
                {ok, Id} ->
                    record(#{id => Id, order => Order, amount => Amount, currency => Currency});
                {error, declined} ->
                    declined(Order);
                {error, Reason} ->
                    %% The bank may have charged all the same; it is told to give back what there is.
                    _ = payment_refunds:refund(Order, Amount),
                    {error, Reason}
            end
    end.

record(#{order := Order, amount := Amount} = Receipt) ->
    case payment_ledger:record(Receipt) of
        ok ->
            {ok, Receipt};
        {error, Reason} ->
            _ = payment_refunds:refund(Order, Amount),
            {error, Reason}
    end.

%% Should the log not take it, the next start pays back what was never charged, which the bank ignores.
declined(Order) ->
    _ = payment_ledger:note({declined, Order}),
    {error, declined}.

%% @doc Gives money back; the bank is told in the background.
-spec refund(binary(), non_neg_integer()) -> ok | {error, term()}.
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
