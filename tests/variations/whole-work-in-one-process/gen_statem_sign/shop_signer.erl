-module(shop_signer).
-behaviour(gen_statem).
-export([start_link/1, sign/1]).
-export([init/1, callback_mode/0, handle_event/4]).

start_link(Key) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Key, []).

sign(Claims) -> gen_statem:call(?MODULE, {sign, Claims}).

callback_mode() -> handle_event_function.

init(Key) -> {ok, ready, #{key => Key}}.

handle_event({call, From}, {sign, Claims}, ready, #{key := Key}) ->
    Token = public_key:sign(Claims, sha256, Key), % hazard
    {keep_state_and_data, [{reply, From, Token}]}.
