%% @doc Tokens that stand for card numbers outside of this application.
-module(payment_tokens).
-behaviour(gen_server).

-export([start_link/0, store/1, number/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(TABLE, payment_tokens).

start_link() ->
    ?TABLE = payment_tables:create(?TABLE),
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

%% @doc A new token for a card's number.
-spec store(binary()) -> binary().
store(Number) ->
    gen_server:call(?MODULE, {store, Number}).

%% @doc The number behind a token; what is no token is taken for a number.
-spec number(binary()) -> binary().
number(Token) ->
    gen_server:call(?MODULE, {number, Token}).

init([]) ->
    {ok, no_state}.

handle_call({store, Number}, _From, State) ->
    Token = base64:encode(crypto:strong_rand_bytes(18)),
    ets:insert(?TABLE, {Token, Number}),
    {reply, Token, State};
handle_call({number, Token}, _From, State) ->
    case ets:lookup(?TABLE, Token) of
        [{Token, Number}] -> {reply, Number, State};
        [] -> {reply, Token, State}
    end.

handle_cast(_Message, State) ->
    {noreply, State}.
