-module(depot_log_segment).
-behaviour(gen_server).
-export([open/1, append/2, read/3, close/1]).
-export([init/1, handle_call/3, handle_cast/2, terminate/2]).

-record(state, {fd, pos = 0}).

open(Path) ->
    gen_server:start_link(?MODULE, Path, []).

append(Segment, Bytes) ->
    gen_server:call(Segment, {append, Bytes}).

read(Segment, Pos, Len) ->
    gen_server:call(Segment, {read, Pos, Len}).

close(Segment) ->
    gen_server:call(Segment, close).

init(Path) ->
    {ok, Fd} = file:open(Path, [raw, binary, read, append]),
    {ok, #state{fd = Fd, pos = filelib:file_size(Path)}}.

handle_call({append, Bytes}, _From, #state{fd = Fd, pos = Pos} = State) ->
    ok = file:write(Fd, Bytes),
    ok = file:sync(Fd), % hazard BW401 BW404
    {reply, {ok, Pos}, State#state{pos = Pos + byte_size(Bytes)}};
handle_call({read, Pos, Len}, _From, #state{fd = Fd} = State) ->
    {reply, file:pread(Fd, Pos, Len), State};
handle_call(close, _From, State) ->
    {stop, normal, ok, State}.

handle_cast(_, State) ->
    {noreply, State}.

terminate(_Reason, #state{fd = Fd}) ->
    file:close(Fd).
