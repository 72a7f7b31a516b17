%% @doc Owns the tables of this application and does nothing else, so that nothing can make it crash and the
%% tables outlive the processes that work with them. They are public: nobody passes through here.
-module(payment_tables).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Options = [named_table, public, set, {read_concurrency, true}, {write_concurrency, true}],
    payment_tokens = ets:new(payment_tokens, Options),
    payment_blocked = ets:new(payment_blocked, Options),
    payment_ledger = ets:new(payment_ledger, Options),
    payment_refunds = ets:new(payment_refunds, Options),
    {ok, no_state}.

handle_call(Request, _From, State) ->
    {reply, {error, {unknown_request, Request}}, State}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(Message, State) ->
    logger:warning("table owner got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.
