-module(modbus_master).
-behaviour(gen_statem).
-export([start_link/0, read/1, init/1, callback_mode/0, ready/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

read(Unit) -> gen_statem:call(?MODULE, {read, Unit}).

callback_mode() -> state_functions.

init([]) -> {ok, ready, #{sockets => #{}}}.

ready({call, From}, {read, {Host, Register}}, Data) ->
    {ok, Socket} = gen_tcp:connect(Host, 502, [binary, {active, false}]), % hazard
    ok = gen_tcp:send(Socket, <<Register:16>>),
    {ok, Answer} = gen_tcp:recv(Socket, 0),
    gen_tcp:close(Socket),
    {keep_state, Data, [{reply, From, Answer}]}.
