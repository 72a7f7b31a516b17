-module(mux_sup).
-behaviour(supervisor).
-export([start_link/0, start_port/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

start_port(N) ->
    supervisor:start_child(?MODULE, #{id => {port, N}, start => {mux_port, start_link, [N]}}).

init([]) ->
    {ok, {#{}, [#{id => mux_manager, start => {mux_manager, start_link, []}}]}}.
