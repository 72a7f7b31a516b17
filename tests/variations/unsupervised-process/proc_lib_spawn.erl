-module(log_shipper).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, ship/1]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Shipper = proc_lib:spawn(?MODULE, ship, [self()]), % hazard
    {ok, #{shipper => Shipper}}.

handle_call(status, _From, State) -> {reply, ok, State}.

handle_cast({line, Line}, #{shipper := Shipper} = State) ->
    Shipper ! {line, Line},
    {noreply, State}.

ship(Parent) ->
    receive
        {line, Line} ->
            {ok, Socket} = gen_tcp:connect("collector", 5140, [binary]),
            ok = gen_tcp:send(Socket, Line),
            gen_tcp:close(Socket),
            ship(Parent)
    end.
