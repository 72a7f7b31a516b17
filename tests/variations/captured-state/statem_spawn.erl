-module(depot_upload).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, handle_event/4]).
-record(data, {bucket, chunks = []}).

start_link(Bucket) -> gen_statem:start_link(?MODULE, Bucket, []).

callback_mode() -> handle_event_function.

init(Bucket) -> {ok, filling, #data{bucket = Bucket}}.

handle_event(cast, {chunk, Chunk}, filling, #data{chunks = Chunks} = Data) ->
    {keep_state, Data#data{chunks = [Chunk | Chunks]}};
handle_event(cast, {manifest, Name}, filling, Data) ->
    spawn(fun() -> depot_store:put_manifest(Data#data.bucket, Name) end), % hazard
    {keep_state, Data#data{chunks = []}}.
