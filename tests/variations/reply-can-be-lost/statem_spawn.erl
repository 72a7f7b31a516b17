-module(depot_signer).
-behaviour(gen_statem).
-export([start_link/0, sign/1]).
-export([init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).
sign(Data) -> gen_statem:call(?MODULE, {sign, Data}).

callback_mode() -> handle_event_function.
init([]) -> {ok, ready, depot_keys:load()}.

handle_event({call, From}, {sign, Data}, ready, Key) ->
    spawn(fun() -> % hazard
              Signature = public_key:sign(Data, sha256, Key),
              gen_statem:reply(From, {ok, Signature})
          end),
    keep_state_and_data.
