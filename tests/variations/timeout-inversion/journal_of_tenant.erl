-module(tenant_journal).
-behaviour(gen_server).
-export([start_link/1, note/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Path) -> gen_server:start_link(?MODULE, Path, []).

%% hazard
note(Journal, Entry) -> gen_server:call(Journal, {note, Entry}).

init(Path) -> file:open(Path, [append, raw, binary]).

handle_call({note, Entry}, _From, File) -> {reply, append(File, term_to_binary(Entry)), File}.

handle_cast(_Message, File) -> {noreply, File}.

append(File, Bytes) ->
    ok = file:write(File, <<(byte_size(Bytes)):32>>),
    file:write(File, Bytes).
