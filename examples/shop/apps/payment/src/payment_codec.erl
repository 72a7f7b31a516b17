%% @doc Messages of the payment provider: a form with the fields event, order, card and currency, and in meta,
%% base64-encoded, the term that we gave along with the charge.
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

field(<<"event">>, Value) -> {event, to_atom(Value)};
field(<<"currency">>, Value) -> {currency, to_atom(Value)};
field(<<"order">>, Value) -> {order, Value};
field(<<"card">>, Value) -> {card, Value};
field(<<"meta">>, Value) -> {meta, binary_to_term(base64:decode(Value))};
field(Name, Value) -> {Name, Value}.

to_atom(Text) ->
    binary_to_atom(Text, utf8).
