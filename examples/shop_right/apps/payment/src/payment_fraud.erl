%% @doc Watches how often and how high a card is charged, and knows the cards that are blocked.
-module(payment_fraud).
-behaviour(gen_server).

-export([start_link/0, check/2, block/1, unblock/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {charges = #{} :: #{binary() => [{integer(), non_neg_integer()}]}}).

-define(BLOCKED, payment_blocked).
-define(WAIT, 200).
-define(WINDOW_SECONDS, 3600).
-define(LIMIT, 500000).
-define(PRUNE_INTERVAL, 60000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc Whether a charge looks sound. Sales go before suspicion: no answer in time means yes.
-spec check(binary(), non_neg_integer()) -> allow | deny.
check(Number, Amount) ->
    case ets:member(?BLOCKED, Number) of
        true -> deny;
        false -> ask({check, Number, Amount})
    end.

%% @doc No more charges for this card.
-spec block(binary()) -> ok.
block(Number) ->
    %% A part of a request would keep the whole of it in memory.
    true = ets:insert(?BLOCKED, {binary:copy(Number)}),
    ok.

-spec unblock(binary()) -> ok.
unblock(Number) ->
    true = ets:delete(?BLOCKED, Number),
    ok.

ask(Request) ->
    try
        gen_server:call(?MODULE, Request, ?WAIT)
    catch
        exit:{timeout, _Call} -> allow;
        exit:{noproc, _Call} -> allow
    end.

init([]) ->
    erlang:send_after(?PRUNE_INTERVAL, self(), prune),
    {ok, #state{}}.

handle_call({check, Number, Amount}, _From, #state{charges = Charges} = State) ->
    Now = erlang:system_time(second),
    Earlier = recent(maps:get(Number, Charges, []), Now),
    Sum = Amount + lists:sum([Cents || {_At, Cents} <- Earlier]),
    Next = State#state{charges = Charges#{binary:copy(Number) => [{Now, Amount} | Earlier]}},
    case Sum > ?LIMIT of
        true -> {reply, deny, Next};
        false -> {reply, allow, Next}
    end.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(prune, #state{charges = Charges} = State) ->
    Now = erlang:system_time(second),
    erlang:send_after(?PRUNE_INTERVAL, self(), prune),
    {noreply, State#state{charges = maps:filtermap(fun(_Number, List) -> kept(recent(List, Now)) end, Charges)}};
handle_info(Message, State) ->
    logger:warning("fraud check got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.

recent(List, Now) ->
    [Charge || {At, _Cents} = Charge <- List, At > Now - ?WINDOW_SECONDS].

kept([]) -> false;
kept(List) -> {true, List}.
