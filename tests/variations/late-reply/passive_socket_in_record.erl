-module(depot_printer).
-behaviour(gen_server).
-export([start_link/1, print/1, init/1, handle_call/3, handle_cast/2]).
-record(state, {socket, jobs = 0}).

start_link(Host) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Host, []).
print(Label) -> gen_server:call(?MODULE, {print, Label}).

init(Host) ->
    {ok, Socket} = ssl:connect(Host, 9100, [binary, {active, false}], 3000),
    {ok, #state{socket = Socket}}.

handle_call({print, Label}, _From, #state{socket = Socket, jobs = Jobs} = State) ->
    Result = case ssl:send(Socket, Label) of
        ok -> acknowledged(Socket);
        Error -> Error
    end,
    {reply, Result, State#state{jobs = Jobs + 1}}.

handle_cast(_, State) -> {noreply, State}.

acknowledged(Socket) ->
    case ssl:recv(Socket, 3, 1000) of % hazard
        {ok, <<"ACK">>} -> ok;
        {ok, <<"NAK">>} -> {error, refused};
        {error, _} = Error -> Error
    end.
