%% @doc Pays money back. The provider is not always there, so what failed is tried again every second.
-module(payment_refunds).
-behaviour(gen_server).

-export([start_link/0, refund/2, open/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {failed = [] :: [{binary(), non_neg_integer()}]}).

-define(RETRY_INTERVAL, 1000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

-spec refund(binary(), non_neg_integer()) -> ok.
refund(Order, Amount) ->
    gen_server:cast(?MODULE, {refund, Order, Amount}).

%% @doc The refunds that the provider has not taken yet.
-spec open() -> [{binary(), non_neg_integer()}].
open() ->
    gen_server:call(?MODULE, open).

init([]) ->
    {ok, _Timer} = timer:send_interval(?RETRY_INTERVAL, retry),
    {ok, #state{}}.

handle_call(open, _From, State) ->
    {reply, State#state.failed, State}.

handle_cast({refund, Order, Amount}, State) ->
    {noreply, State#state{failed = try_refund({Order, Amount}, State#state.failed)}}.

handle_info(retry, #state{failed = Failed} = State) ->
    {noreply, State#state{failed = lists:foldl(fun try_refund/2, [], Failed)}}.

try_refund({Order, Amount} = Refund, Failed) ->
    try payment_gateway:refund(Order, Amount) of
        ok -> Failed;
        {error, _Reason} -> [Refund | Failed]
    catch
        _:_ -> Failed
    end.
