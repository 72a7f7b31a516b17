%% @doc The card provider's interface. The sandbox says yes to every card but those that end in 0002.
-module(payment_gateway).

-export([authorize/4, refund/2, captured/1]).

-spec authorize(binary(), non_neg_integer(), atom(), binary()) -> {ok, binary()} | {error, term()}.
authorize(Order, Amount, Currency, Number) ->
    case mode() of
        sandbox ->
            sandbox(Order, Number);
        live ->
            Fields = [{"order", Order}, {"amount", integer_to_list(Amount)},
                      {"currency", atom_to_list(Currency)}, {"card", Number}],
            payment_http:post("/charges", Fields)
    end.

-spec refund(binary(), non_neg_integer()) -> ok | {error, term()}.
refund(Order, Amount) ->
    case mode() of
        sandbox ->
            ok;
        live ->
            case payment_http:post("/refunds", [{"order", Order}, {"amount", integer_to_list(Amount)}]) of
                {ok, _Id} -> ok;
                {error, Reason} -> {error, Reason}
            end
    end.

%% @doc Whether the provider knows a charge for the order.
-spec captured(binary()) -> boolean().
captured(Order) ->
    case mode() of
        sandbox -> true;
        live -> payment_http:get("/charges/" ++ binary_to_list(Order)) =/= {error, not_found}
    end.

mode() ->
    application:get_env(payment, mode, sandbox).

sandbox(Order, Number) ->
    case binary:longest_common_suffix([Number, <<"0002">>]) of
        4 -> {error, declined};
        _ -> {ok, <<"sandbox-", Order/binary>>}
    end.
