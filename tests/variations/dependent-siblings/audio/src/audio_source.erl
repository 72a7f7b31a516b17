-module(audio_source).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {mixer :: pid(), count = 0}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    timer:send_interval(20, tick),
    {ok, #state{mixer = audio_mixer:pid()}}. % hazard

handle_call(count, _From, State) -> {reply, State#state.count, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(tick, State = #state{mixer = Mixer, count = Count}) ->
    gen_server:cast(Mixer, {frame, Count}),
    {noreply, State#state{count = Count + 1}};
handle_info(_, State) ->
    {noreply, State}.
