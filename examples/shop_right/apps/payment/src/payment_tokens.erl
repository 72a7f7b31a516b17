%% @doc Tokens that stand for card numbers outside of this application, in a table that everybody reads and
%% writes alone. A token is good for an hour; this process only drops the old ones.
-module(payment_tokens).
-behaviour(gen_server).

-export([start_link/0, store/1, number/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(TABLE, payment_tokens).
-define(KEEP_SECONDS, 3600).
-define(SWEEP_INTERVAL, 60000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc A new token for a card's number.
-spec store(binary()) -> binary().
store(Number) ->
    Token = base64:encode(crypto:strong_rand_bytes(18)),
    true = ets:insert(?TABLE, {Token, binary:copy(Number), erlang:system_time(second)}),
    Token.

%% @doc The number behind a token; what is no token is taken for a number.
-spec number(binary()) -> binary().
number(Token) ->
    case ets:lookup(?TABLE, Token) of
        [{Token, Number, _At}] -> Number;
        [] -> Token
    end.

init([]) ->
    erlang:send_after(?SWEEP_INTERVAL, self(), sweep),
    {ok, no_state}.

handle_call(Request, _From, State) ->
    {reply, {error, {unknown_request, Request}}, State}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(sweep, State) ->
    Limit = erlang:system_time(second) - ?KEEP_SECONDS,
    ets:select_delete(?TABLE, [{{'_', '_', '$1'}, [{'<', '$1', Limit}], [true]}]),
    erlang:send_after(?SWEEP_INTERVAL, self(), sweep),
    {noreply, State};
handle_info(Message, State) ->
    logger:warning("tokens got an unexpected message: ~0tP", [Message, 10]),
    {noreply, State}.
