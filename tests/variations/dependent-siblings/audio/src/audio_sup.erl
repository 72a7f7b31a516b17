-module(audio_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{strategy => one_for_one},
          [#{id => Id, start => {Id, start_link, []}} || Id <- [audio_mixer, audio_source]]}}.
