-module(depot_relay).
-behaviour(gen_server).
-export([start_link/1, push/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {host, port, socket}).

start_link({Host, Port}) -> gen_server:start_link({local, ?MODULE}, ?MODULE, {Host, Port}, []).
push(Data) -> gen_server:call(?MODULE, {push, Data}).

init({Host, Port}) ->
    self() ! connect,
    {ok, #state{host = Host, port = Port}}.

handle_call({push, _}, _From, #state{socket = undefined} = State) -> {reply, {error, down}, State};
handle_call({push, Data}, _From, #state{socket = Socket} = State) -> {reply, gen_tcp:send(Socket, Data), State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(connect, State) -> {noreply, connect(State)};
handle_info({tcp_closed, _}, State) -> {noreply, connect(State#state{socket = undefined})}.

connect(#state{host = Host, port = Port} = State) ->
    Options = [binary, {packet, 4}, {active, once}],
    case gen_tcp:connect(Host, Port, Options) of % hazard
        {ok, Socket} -> State#state{socket = Socket};
        {error, _} -> erlang:send_after(1000, self(), connect), State
    end.
