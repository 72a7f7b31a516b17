%% @doc Charges cards, one after the other, so that a card is never charged twice for one order.
-module(payment_server).
-behaviour(gen_server).

-export([start_link/0, pending/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {pending = #{} :: #{binary() => integer()},
                charged = #{} :: #{binary() => payment:receipt()}}).

-define(PURGE_INTERVAL, 60000).
-define(PENDING_SECONDS, 600).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc The orders whose charge was begun and of whose end we have not heard.
-spec pending() -> [binary()].
pending() ->
    gen_server:call(?MODULE, pending).

init([]) ->
    erlang:send_after(?PURGE_INTERVAL, self(), purge),
    {ok, #state{}}.

handle_call({charge, Order, Amount, Currency, Card}, _From, State) ->
    case maps:find(Order, State#state.charged) of
        {ok, Receipt} ->
            {reply, {ok, Receipt}, State};
        error ->
            charge(Order, Amount, Currency, payment_tokens:number(Card), State)
    end;
handle_call(pending, _From, State) ->
    {reply, maps:keys(State#state.pending), State}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(purge, #state{pending = Pending} = State) ->
    Limit = erlang:system_time(second) - ?PENDING_SECONDS,
    erlang:send_after(?PURGE_INTERVAL, self(), purge),
    {noreply, State#state{pending = maps:filter(fun(_Order, Since) -> Since > Limit end, Pending)}}.

charge(Order, Amount, Currency, Number, #state{pending = Pending, charged = Charged} = State) ->
    Started = State#state{pending = Pending#{Order => erlang:system_time(second)}},
    case payment_fraud:check(Number, Amount) of
        deny ->
            {reply, {error, declined}, State};
        allow ->
            case payment_gateway:authorize(Order, Amount, Currency, Number) of
                {ok, Id} ->
                    Receipt = #{id => Id, order => Order, amount => Amount, currency => Currency},
                    ok = payment_ledger:record(Receipt),
                    {reply, {ok, Receipt}, State#state{charged = Charged#{Order => Receipt}}};
                {error, declined} ->
                    {reply, {error, declined}, State};
                {error, Reason} ->
                    {reply, {error, Reason}, Started}
            end
    end.
