-module(spool).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
init([]) -> {ok, []}.
handle_call(count, _From, S) -> {reply, length(S), S}.
handle_cast({add, Job}, S) -> {noreply, [Job | S]}.

handle_info(flush, S) ->
    Result = case file:write_file("spool", term_to_binary(S)) of
                 ok -> {noreply, []};
                 {error, Reason} -> {error, Reason} % hazard
             end,
    Result.
