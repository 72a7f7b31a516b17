%% @doc The book of all charges. Every other node keeps a copy.
-module(payment_ledger).
-behaviour(gen_server).

-export([start_link/0, record/1, import/1, settled/1, status/1, close_day/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-record(state, {entries = [] :: [payment:receipt()],
                settled = [] :: [binary()],
                dirty = 0 :: non_neg_integer()}).

-define(SAVE_EVERY, 100).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc Notes a charge, here and on the other nodes.
-spec record(payment:receipt()) -> ok.
record(Receipt) ->
    gen_server:call(?MODULE, {record, Receipt}).

%% @doc Notes a charge that another node made.
-spec import(payment:receipt()) -> ok.
import(Receipt) ->
    gen_server:call(?MODULE, {import, Receipt}).

-spec settled(binary()) -> ok.
settled(Order) ->
    gen_server:cast(?MODULE, {settled, Order}).

-spec status(binary()) -> charged | settled | unknown.
status(Order) ->
    gen_server:call(?MODULE, {status, Order}).

%% @doc Closes the day: the sum of all charges, and the orders that are still open.
-spec close_day() -> {non_neg_integer(), [binary()]}.
close_day() ->
    gen_server:call(?MODULE, close_day).

init([]) ->
    {ok, #state{}}.

handle_call({record, Receipt}, _From, State) ->
    ok = payment_cluster:replicate(Receipt),
    {reply, ok, add(Receipt, State)};
handle_call({import, Receipt}, _From, State) ->
    {reply, ok, add(Receipt, State)};
handle_call({status, Order}, _From, State) ->
    {reply, status(Order, State), State};
handle_call(close_day, _From, #state{entries = Entries} = State) ->
    Open = payment_server:pending(),
    Sum = lists:sum([Amount || #{amount := Amount} <- Entries]),
    {reply, {Sum, Open}, save(State)}.

handle_cast({settled, Order}, #state{settled = Settled} = State) ->
    {noreply, State#state{settled = [Order | Settled]}}.

handle_info(_Message, State) ->
    {noreply, State}.

terminate(_Reason, State) ->
    save(State).

add(Receipt, #state{entries = Entries, dirty = Dirty} = State) when Dirty >= ?SAVE_EVERY ->
    save(State#state{entries = [Receipt | Entries]});
add(Receipt, #state{entries = Entries, dirty = Dirty} = State) ->
    State#state{entries = [Receipt | Entries], dirty = Dirty + 1}.

status(Order, #state{entries = Entries, settled = Settled}) ->
    Charged = lists:any(fun(#{order := Known}) -> Known =:= Order end, Entries),
    case lists:member(Order, Settled) of
        true -> settled;
        false when Charged -> charged;
        false -> unknown
    end.

save(#state{entries = Entries} = State) ->
    File = application:get_env(payment, ledger_file, "ledger.bin"),
    ok = file:write_file(File, term_to_binary(Entries)),
    State#state{dirty = 0}.
