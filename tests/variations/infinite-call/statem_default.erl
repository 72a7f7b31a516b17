-module(depot_channel).
-behaviour(gen_statem).
-export([start_link/0, publish/1]).
-export([init/1, callback_mode/0, up/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

publish(Message) -> gen_statem:call(?MODULE, {publish, Message}). % hazard

callback_mode() -> state_functions.

init([]) ->
    {ok, Socket} = gen_tcp:connect("broker.example", 5672, [binary, {active, false}], 5000),
    {ok, up, Socket}.

up({call, From}, {publish, Message}, Socket) ->
    ok = gen_tcp:send(Socket, Message),
    {ok, <<"ack">>} = gen_tcp:recv(Socket, 3), % hazard BW405 BW401
    {keep_state_and_data, [{reply, From, ok}]}.
