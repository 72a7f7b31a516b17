%% @doc Sees to it that a card is never charged twice for one order: whoever wants to charge claims the order
%% first. The charge itself is the caller's work. This process calls nobody, so nobody waits for long.
-module(payment_server).
-behaviour(gen_server).

-export([start_link/0, claim/2, finished/1, pending/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {claims = #{} :: #{binary() => {reference(), non_neg_integer()}},
                monitors = #{} :: #{reference() => binary()}}).

-define(MAX_CLAIMS, 1000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc Claims an order for the calling process until finished/1, or until its death.
-spec claim(binary(), non_neg_integer()) -> claimed | {charged, payment:receipt()} | {error, in_progress | overloaded}.
claim(Order, Amount) ->
    gen_server:call(?MODULE, {claim, Order, Amount, self()}).

-spec finished(binary()) -> ok.
finished(Order) ->
    gen_server:call(?MODULE, {finished, Order}).

%% @doc The orders that are being charged.
-spec pending() -> [binary()].
pending() ->
    gen_server:call(?MODULE, pending).

init([]) ->
    {ok, #state{}}.

handle_call({claim, Order, Amount, Owner}, _From, #state{claims = Claims} = State) ->
    case payment_ledger:find(Order) of
        {ok, Receipt} ->
            {reply, {charged, Receipt}, State};
        error when is_map_key(Order, Claims) ->
            {reply, {error, in_progress}, State};
        error when map_size(Claims) >= ?MAX_CLAIMS ->
            {reply, {error, overloaded}, State};
        error ->
            {reply, claimed, claim(Order, Amount, Owner, State)}
    end;
handle_call({finished, Order}, _From, #state{claims = Claims, monitors = Monitors} = State) ->
    case maps:take(Order, Claims) of
        {{Monitor, _Amount}, Others} ->
            erlang:demonitor(Monitor, [flush]),
            {reply, ok, State#state{claims = Others, monitors = maps:remove(Monitor, Monitors)}};
        error ->
            {reply, ok, State}
    end;
handle_call(pending, _From, State) ->
    {reply, maps:keys(State#state.claims), State}.

handle_cast(_Message, State) ->
    {noreply, State}.

%% Who claimed died before the end, so nobody knows whether the bank has charged: what there is goes back.
handle_info({'DOWN', Monitor, process, _Pid, _Reason}, #state{claims = Claims, monitors = Monitors} = State) ->
    case maps:take(Monitor, Monitors) of
        {Order, OtherMonitors} ->
            {{Monitor, Amount}, OtherClaims} = maps:take(Order, Claims),
            give_back(Order, Amount),
            {noreply, State#state{claims = OtherClaims, monitors = OtherMonitors}};
        error ->
            {noreply, State}
    end;
handle_info(Message, State) ->
    logger:warning("payment server got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.

claim(Order, Amount, Owner, #state{claims = Claims, monitors = Monitors} = State) ->
    Monitor = erlang:monitor(process, Owner),
    State#state{claims = Claims#{Order => {Monitor, Amount}}, monitors = Monitors#{Monitor => Order}}.

%% An order that is in the ledger was charged in full before its claimant died, and is served as such.
give_back(Order, Amount) ->
    case payment_ledger:find(Order) of
        {ok, _Receipt} -> ok;
        error -> payment_refunds:enqueue(Order, Amount)
    end.
