-module(journal_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{intensity => 2}, [#{id => journal, start => {journal, start_link, []}, shutdown => 20000}]}}.
