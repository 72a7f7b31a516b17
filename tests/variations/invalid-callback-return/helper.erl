-module(valve).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
init([]) -> {ok, closed}.

handle_call({move, To}, _From, State) -> move(To, State).

handle_cast(reset, _State) -> {noreply, closed}.

move(open, _State) -> {reply, ok, open};
move(closed, _State) -> {reply, ok, closed};
move(Other, _State) ->
    error_logger:error_msg("unknown position ~p~n", [Other]), % hazard
    {error, unknown}.
