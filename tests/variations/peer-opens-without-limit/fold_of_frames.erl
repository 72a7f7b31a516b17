-module(fold_of_frames).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {socket, rest = <<>>, calls = []}).

start_link(Socket) -> gen_server:start_link(?MODULE, Socket, []).
init(Socket) -> {ok, #state{socket = Socket}}.
handle_call(_, _, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.

handle_info({ssl, Socket, Data}, #state{rest = Rest} = State) ->
    ssl:setopts(Socket, [{active, once}]),
    {Frames, Left} = fold_codec:parse(<<Rest/binary, Data/binary>>),
    {noreply, lists:foldl(fun on_frame/2, State#state{rest = Left}, Frames)};
handle_info({'EXIT', Pid, _}, #state{calls = Calls} = State) ->
    {noreply, State#state{calls = lists:keydelete(Pid, 2, Calls)}};
handle_info({ssl_closed, _}, State) ->
    {stop, normal, State}.

on_frame({begin_call, CallId, Sdp}, #state{calls = Calls} = State) ->
    {ok, Pid} = supervisor:start_child(fold_call_sup, [CallId, Sdp]), % hazard
    link(Pid),
    State#state{calls = lists:keystore(CallId, 1, Calls, {CallId, Pid})};
on_frame({end_call, CallId}, #state{calls = Calls} = State) ->
    {value, {_, Pid}, Left} = lists:keytake(CallId, 1, Calls),
    exit(Pid, shutdown),
    State#state{calls = Left}.
