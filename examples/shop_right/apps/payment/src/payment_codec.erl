%% @doc Messages of the payment provider: a form with the fields event, order, card and currency, and in meta
%% the text that we gave along with the charge.
-module(payment_codec).

-export([decode/1]).

-spec decode(binary()) -> {ok, map()} | {error, term()}.
decode(Body) ->
    case uri_string:dissect_query(Body) of
        {error, Reason, _Where} ->
            {error, Reason};
        Fields ->
            {ok, maps:from_list([field(Name, Value) || {Name, Value} <- Fields, is_binary(Value)])}
    end.

field(<<"event">>, Value) -> {event, event(Value)};
field(<<"currency">>, Value) -> {currency, currency(Value)};
field(<<"order">>, Value) -> {order, Value};
field(<<"card">>, Value) -> {card, Value};
field(Name, Value) -> {Name, Value}.

%% What the provider sends is text from outside: only words that we know become atoms.
event(<<"settled">>) -> settled;
event(<<"chargeback">>) -> chargeback;
event(_Other) -> unknown.

currency(<<"EUR">>) -> 'EUR';
currency(<<"USD">>) -> 'USD';
currency(<<"GBP">>) -> 'GBP';
currency(<<"CHF">>) -> 'CHF';
currency(_Other) -> unknown.
