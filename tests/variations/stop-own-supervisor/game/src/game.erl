-module(game).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, playing/3, terminate/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> state_functions.

init([]) ->
    process_flag(trap_exit, true),
    {ok, playing, #{score => 0}}.

playing(cast, {score, N}, #{score := S} = Data) -> {keep_state, Data#{score := S + N}};
playing(cast, over, Data) ->
    game_sup:stop(), % hazard
    {stop, normal, Data}.

terminate(_Reason, _State, #{score := S}) ->
    file:write_file("score", integer_to_list(S)).
