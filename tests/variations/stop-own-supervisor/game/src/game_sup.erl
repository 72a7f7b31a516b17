-module(game_sup).
-behaviour(supervisor).
-export([start_link/0, stop/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

stop() -> gen_server:stop(?MODULE).

init([]) ->
    {ok, {#{strategy => one_for_all}, [#{id => game, start => {game, start_link, []}}]}}.
