-module(line_listener).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link(Port) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Port, []).

init(Port) ->
    {ok, Listen} = gen_tcp:listen(Port, [binary, {active, false}]),
    self() ! accept,
    {ok, Listen}.

handle_call(port, _From, Listen) -> {reply, inet:port(Listen), Listen}.

handle_cast(_, Listen) -> {noreply, Listen}.

handle_info(accept, Listen) ->
    {ok, Socket} = gen_tcp:accept(Listen), % hazard
    {ok, Pid} = line_conn_sup:start_connection(Socket),
    ok = gen_tcp:controlling_process(Socket, Pid),
    self() ! accept,
    {noreply, Listen}.
