-module(conn_sup).
-behaviour(supervisor).
-export([start_link/0, start_connection/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

start_connection(Socket) -> supervisor:start_child(?MODULE, [Socket]).

init([]) ->
    Connection = {connection, {conn, start_link, []}, permanent, brutal_kill, worker, [conn]}, % hazard
    {ok, {{simple_one_for_one, 10, 10}, [Connection]}}.
