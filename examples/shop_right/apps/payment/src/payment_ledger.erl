%% @doc The book of all charges. Every other node keeps a copy.
%%
%% The book is a table for readers and a log on disk for the next start. Those who charge write both
%% themselves; this process opens the log, reads it at start, and drops old entries from the table.
-module(payment_ledger).
-behaviour(gen_server).

-export([start_link/0, record/1, import/1, settled/1, note/1, find/1, status/1, close_day/0, day_sum/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-define(TABLE, payment_ledger).
-define(LOG, payment_ledger).
-define(PRUNE_INTERVAL, 3600000).
-define(KEEP_SECONDS, 90 * 24 * 3600).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc Notes a charge, here and on the other nodes. It is on disk here when this returns.
-spec record(payment:receipt()) -> ok | {error, term()}.
record(Receipt) ->
    case import(Receipt) of
        ok -> payment_cluster:replicate(Receipt);
        {error, Reason} -> {error, Reason}
    end.

%% @doc Notes a charge that another node made.
-spec import(payment:receipt()) -> ok | {error, term()}.
import(#{order := Order} = Receipt) ->
    At = erlang:system_time(second),
    case note({charged, At, Receipt}) of
        ok ->
            true = ets:insert(?TABLE, {Order, charged, At, Receipt}),
            ok;
        {error, Reason} ->
            {error, Reason}
    end.

-spec settled(binary()) -> ok | {error, term()}.
settled(Order) ->
    case ets:update_element(?TABLE, Order, {2, settled}) of
        true -> note({settled, Order});
        false -> {error, unknown_order}
    end.

%% @doc Writes an entry to the log, down to the disk.
-spec note(tuple()) -> ok | {error, term()}.
note(Entry) ->
    case disk_log:log(?LOG, Entry) of
        ok -> disk_log:sync(?LOG);
        {error, Reason} -> {error, Reason}
    end.

-spec find(binary()) -> {ok, payment:receipt()} | error.
find(Order) ->
    case ets:lookup(?TABLE, Order) of
        [{Order, _Status, _At, Receipt}] -> {ok, Receipt};
        [] -> error
    end.

-spec status(binary()) -> charged | settled | unknown.
status(Order) ->
    case ets:lookup(?TABLE, Order) of
        [{Order, Status, _At, _Receipt}] -> Status;
        [] -> unknown
    end.

%% @doc Closes the day: the sum of all charges, and the orders that are still open.
-spec close_day() -> {non_neg_integer(), [binary()]}.
close_day() ->
    {day_sum(), payment_server:pending()}.

-spec day_sum() -> non_neg_integer().
day_sum() ->
    ets:foldl(fun({_Order, _Status, _At, #{amount := Amount}}, Sum) -> Sum + Amount end, 0, ?TABLE).

init([]) ->
    process_flag(trap_exit, true),
    File = application:get_env(payment, ledger_file, "ledger.log"),
    case filelib:ensure_dir(File) of
        ok -> open(File);
        {error, Reason} -> {stop, {ledger, File, Reason}}
    end.

handle_call(Request, _From, State) ->
    {reply, {error, {unknown_request, Request}}, State}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(prune, State) ->
    Limit = erlang:system_time(second) - ?KEEP_SECONDS,
    ets:select_delete(?TABLE, [{{'_', '_', '$1', '_'}, [{'<', '$1', Limit}], [true]}]),
    erlang:send_after(?PRUNE_INTERVAL, self(), prune),
    {noreply, State};
%% The log is a process of its own, linked to us: without it there is nothing that we could hold open.
handle_info({'EXIT', _Pid, Reason}, State) ->
    {stop, {ledger, Reason}, State};
handle_info(Message, State) ->
    logger:warning("ledger got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.

terminate(_Reason, _State) ->
    disk_log:close(?LOG).

open(File) ->
    case disk_log:open([{name, ?LOG}, {file, File}, {type, halt}, {format, internal}]) of
        {error, Reason} ->
            {stop, {ledger, File, Reason}};
        _Opened ->
            read(start),
            erlang:send_after(?PRUNE_INTERVAL, self(), prune),
            {ok, no_state}
    end.

read(Continuation) ->
    case disk_log:chunk(?LOG, Continuation) of
        eof ->
            ok;
        {error, Reason} ->
            logger:error("the ledger cannot be read to its end: ~tp", [Reason]);
        Chunk ->
            lists:foreach(fun replay/1, element(2, Chunk)),
            read(element(1, Chunk))
    end.

%% A charge that was begun and has no end in the log may have been made, and is paid back.
replay({begun, Order, Amount}) ->
    payment_refunds:enqueue(Order, Amount);
replay({charged, At, #{order := Order} = Receipt}) ->
    ets:insert(?TABLE, {Order, charged, At, Receipt}),
    payment_refunds:done(Order);
replay({declined, Order}) ->
    payment_refunds:done(Order);
replay({settled, Order}) ->
    ets:update_element(?TABLE, Order, {2, settled});
replay({refund, Order, Amount}) ->
    payment_refunds:enqueue(Order, Amount);
replay({refunded, Order}) ->
    payment_refunds:done(Order).
