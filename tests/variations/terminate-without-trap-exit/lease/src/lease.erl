-module(lease).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, held/3, terminate/3]).

start_link(Name) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Name, []).

callback_mode() -> state_functions.

init(Name) ->
    {ok, _} = httpc:request(put, {"http://consul:8500/v1/kv/" ++ Name, [], "", <<"held">>}, [], []),
    {ok, held, Name}.

held(cast, renew, _Name) -> keep_state_and_data.

terminate(_Reason, _State, Name) -> % hazard
    release(Name).

release(Name) ->
    httpc:request(delete, {"http://consul:8500/v1/kv/" ++ Name, []}, [], []).
