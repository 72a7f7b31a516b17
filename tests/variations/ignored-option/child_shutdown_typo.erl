-module(writer_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{strategy => one_for_one}, specs([writer, flusher])}}.

specs(Modules) ->
    [#{id => Module,
       start => {Module, start_link, []},
       shutdown_timeout => 30000, % hazard
       restart => permanent} || Module <- Modules].
