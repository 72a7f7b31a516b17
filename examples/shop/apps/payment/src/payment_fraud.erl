%% @doc Watches how often and how high a card is charged, and knows the cards that are blocked.
-module(payment_fraud).

-export([start_link/0, check/2, block/1, unblock/1]).
-export([init/1]).

-record(state, {blocked = sets:new() :: sets:set(binary()),
                charges = #{} :: #{binary() => [{integer(), non_neg_integer()}]}}).

-define(WAIT, 200).
-define(WINDOW_SECONDS, 3600).
-define(LIMIT, 500000).

start_link() ->
    proc_lib:start_link(?MODULE, init, [self()]).

%% @doc Whether a charge looks sound. Sales go before suspicion: no answer in time means yes.
-spec check(binary(), non_neg_integer()) -> allow | deny.
check(Number, Amount) ->
    Monitor = erlang:monitor(process, ?MODULE),
    Reference = make_ref(),
    ?MODULE ! {check, self(), Reference, Number, Amount},
    receive
        {Reference, Verdict} ->
            erlang:demonitor(Monitor),
            Verdict;
        {'DOWN', Monitor, process, _Object, _Reason} ->
            allow
    after ?WAIT ->
        allow
    end.

%% @doc No more charges for this card.
-spec block(binary()) -> ok.
block(Number) ->
    ?MODULE ! {block, Number},
    ok.

-spec unblock(binary()) -> ok.
unblock(Number) ->
    ?MODULE ! {unblock, Number},
    ok.

init(Parent) ->
    register(?MODULE, self()),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop(#state{}).

loop(#state{blocked = Blocked} = State) ->
    receive
        {check, From, Reference, Number, Amount} ->
            {Verdict, Next} = assess(Number, Amount, State),
            From ! {Reference, Verdict},
            loop(Next);
        {block, Number} ->
            loop(State#state{blocked = sets:add_element(Number, Blocked)})
    end.

assess(Number, Amount, #state{blocked = Blocked, charges = Charges} = State) ->
    Now = erlang:system_time(second),
    Earlier = [Charge || {At, _} = Charge <- maps:get(Number, Charges, []), At > Now - ?WINDOW_SECONDS],
    Sum = Amount + lists:sum([Cents || {_At, Cents} <- Earlier]),
    Next = State#state{charges = Charges#{Number => [{Now, Amount} | Earlier]}},
    case sets:is_element(Number, Blocked) orelse Sum > ?LIMIT of
        true -> {deny, Next};
        false -> {allow, Next}
    end.
