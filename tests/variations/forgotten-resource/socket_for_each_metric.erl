-module(depot_metrics).
-behaviour(gen_server).
-export([start_link/0, count/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

count(Name) -> gen_server:cast(?MODULE, {count, Name}).

init([]) -> {ok, {{127, 0, 0, 1}, 8125}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({count, Name}, {Host, Port} = State) ->
    {ok, Socket} = gen_udp:open(0, [binary]), % hazard
    ok = gen_udp:send(Socket, Host, Port, [Name, <<":1|c">>]),
    {noreply, State}.
