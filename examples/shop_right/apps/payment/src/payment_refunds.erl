%% @doc Pays money back. The provider is not always there, so what failed is tried again later and later.
%%
%% The queue is a table, and every refund is in the ledger's log from its beginning to its end. This process
%% works through the queue; nobody waits for it.
-module(payment_refunds).
-behaviour(gen_server).

-export([start_link/0, refund/2, enqueue/2, done/1, open/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TABLE, payment_refunds).
-define(MAX_OPEN, 10000).
-define(WORK_INTERVAL, 1000).
-define(MAX_DELAY_SECONDS, 3600).
-define(MAX_ATTEMPTS, 20).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec refund(binary(), non_neg_integer()) -> ok | {error, term()}.
refund(Order, Amount) ->
    case ets:info(?TABLE, size) of
        Size when Size >= ?MAX_OPEN ->
            {error, overloaded};
        _Size ->
            case payment_ledger:note({refund, Order, Amount}) of
                ok -> enqueue(Order, Amount);
                {error, Reason} -> {error, Reason}
            end
    end.

%% @doc Puts a refund into the queue that the log knows already, as a refund or as a charge without an end.
-spec enqueue(binary(), non_neg_integer()) -> ok.
enqueue(Order, Amount) ->
    _ = ets:insert_new(?TABLE, {Order, Amount, 0, 0}),
    ok.

-spec done(binary()) -> ok.
done(Order) ->
    true = ets:delete(?TABLE, Order),
    ok.

%% @doc The refunds that the provider has not taken yet.
-spec open() -> [{binary(), non_neg_integer()}].
open() ->
    ets:select(?TABLE, [{{'$1', '$2', '_', '_'}, [], [{{'$1', '$2'}}]}]).

init([]) ->
    erlang:send_after(?WORK_INTERVAL, self(), work),
    {ok, no_state}.

handle_call(Request, _From, State) ->
    {reply, {error, {unknown_request, Request}}, State}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(work, State) ->
    Due = ets:select(?TABLE, [{{'_', '_', '$1', '$2'},
                               [{'=<', '$2', erlang:system_time(second)}, {'<', '$1', ?MAX_ATTEMPTS}],
                               ['$_']}]),
    lists:foreach(fun pay/1, Due),
    %% The next round is a pause after this one, however long this one took.
    erlang:send_after(?WORK_INTERVAL, self(), work),
    {noreply, State};
handle_info(Message, State) ->
    logger:warning("refunds got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.

pay({Order, Amount, Attempts, _Due}) ->
    case payment_gateway:refund(Order, Amount) of
        ok ->
            _ = payment_ledger:note({refunded, Order}),
            done(Order);
        {error, Reason} ->
            Delay = min(1 bsl Attempts, ?MAX_DELAY_SECONDS),
            Next = Attempts + 1,
            Next < ?MAX_ATTEMPTS orelse logger:error("refund of ~ts given up: ~tp", [Order, Reason]),
            ets:update_element(?TABLE, Order, [{3, Next}, {4, erlang:system_time(second) + Delay}])
    end.
