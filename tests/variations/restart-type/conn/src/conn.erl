-module(conn).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {socket, buffer = <<>>}).

start_link(Socket) -> gen_server:start_link(?MODULE, Socket, []).

init(Socket) -> {ok, #state{socket = Socket}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({tcp, Socket, Data}, State = #state{buffer = Buffer}) ->
    inet:setopts(Socket, [{active, once}]),
    {noreply, State#state{buffer = <<Buffer/binary, Data/binary>>}};
handle_info({tcp_closed, _Socket}, State) ->
    {stop, normal, State};
handle_info(_, State) ->
    {noreply, State}.
