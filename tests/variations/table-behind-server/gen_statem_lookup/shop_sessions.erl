-module(shop_sessions).
-behaviour(gen_statem).
-export([start_link/0, session/1, open/2]).
-export([init/1, callback_mode/0, ready/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

session(Token) -> gen_statem:call(?MODULE, {session, Token}).
open(Token, User) -> gen_statem:cast(?MODULE, {open, Token, User}).

callback_mode() -> state_functions.

init([]) -> {ok, ready, #{table => ets:new(?MODULE, [private])}}.

ready({call, From}, {session, Token}, #{table := Table}) -> % hazard
    Reply = case ets:lookup(Table, Token) of
        [{_, User}] -> User;
        [] -> undefined
    end,
    {keep_state_and_data, {reply, From, Reply}};
ready(cast, {open, Token, User}, #{table := Table}) ->
    ets:insert(Table, {Token, User}),
    keep_state_and_data.
