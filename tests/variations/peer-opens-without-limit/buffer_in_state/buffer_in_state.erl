-module(buffer_in_state).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {socket, buffer = <<>>, chans = gb_trees:empty()}).
start_link(S) -> gen_server:start_link(?MODULE, S, []).
init(S) -> {ok, #state{socket = S}}.
handle_call(_, _, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.
handle_info({tcp, S, Data}, #state{buffer = B} = State) ->
    inet:setopts(S, [{active, once}]),
    {noreply, process(State#state{buffer = <<B/binary, Data/binary>>})};
handle_info({tcp_closed, _}, State) -> {stop, normal, State}.
process(#state{buffer = <<Len:16, Frame:Len/binary, Rest/binary>>} = State) ->
    process(on(Frame, State#state{buffer = Rest}));
process(State) -> State.
on(<<1, Chan:16, Args/binary>>, #state{chans = Chans} = State) ->
    {ok, Pid} = e_chan:start_link(self(), Args), % hazard
    State#state{chans = gb_trees:enter(Chan, Pid, Chans)};
on(<<2, Chan:16>>, #state{chans = Chans} = State) ->
    State#state{chans = gb_trees:delete(Chan, Chans)}.
