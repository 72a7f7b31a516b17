-module(shop_auth).
-behaviour(gen_server).
-export([start_link/0, check/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {rounds = 100000, salt}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

check(Password, Hash) -> gen_server:call(?MODULE, {check, Password, Hash}).

init([]) -> {ok, #state{salt = crypto:strong_rand_bytes(16)}}.

handle_call({check, Password, Hash}, From, #state{rounds = Rounds, salt = Salt} = State) -> % hazard
    gen_server:reply(From, matches(Password, Hash, Salt, Rounds)),
    {noreply, State}.

handle_cast(_, State) -> {noreply, State}.

matches(Password, Hash, Salt, Rounds) ->
    Hash =:= crypto:pbkdf2_hmac(sha256, Password, Salt, Rounds, 32).
