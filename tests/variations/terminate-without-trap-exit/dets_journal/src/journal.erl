-module(journal).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, terminate/2]).

-record(journal, {pending = [], path}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, #journal{path = "journal.log"}}.

handle_call(pending, _From, J) -> {reply, length(J#journal.pending), J}.

handle_cast({append, Entry}, J = #journal{pending = P}) when length(P) < 100 ->
    {noreply, J#journal{pending = [Entry | P]}};
handle_cast({append, Entry}, J) ->
    {noreply, write(J#journal{pending = [Entry | J#journal.pending]})}.

terminate(_Reason, J) -> % hazard
    write(J),
    ok.

write(J = #journal{pending = P, path = Path}) ->
    ok = file:write_file(Path, [io_lib:format("~p.~n", [E]) || E <- lists:reverse(P)], [append]),
    J#journal{pending = []}.
