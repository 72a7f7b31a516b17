-module(depot_directory).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, ready/3]).
-record(data, {peers = [], entries = #{}}).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> state_functions.

init([]) -> {ok, ready, #data{}}.

ready(cast, {peer, Pid}, Data) ->
    {keep_state, Data#data{peers = [Pid | Data#data.peers]}};
ready(cast, {store, Key, Value}, Data) ->
    Entries = maps:put(Key, Value, Data#data.entries),
    [gen_statem:cast(Peer, {entries, Entries}) || Peer <- Data#data.peers], % hazard
    {keep_state, Data#data{entries = Entries}};
ready(cast, {drop, Key}, Data) ->
    {keep_state, Data#data{entries = maps:remove(Key, Data#data.entries)}}.
