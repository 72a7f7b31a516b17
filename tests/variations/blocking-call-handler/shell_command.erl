-module(depot_disk).
-behaviour(gen_server).
-export([start_link/0, usage/1]).
-export([init/1, handle_call/3, handle_cast/2]).
-define(SERVER, ?MODULE).
-record(state, {last = []}).

start_link() ->
    gen_server:start_link({local, ?SERVER}, ?MODULE, [], []).

usage(Path) ->
    gen_server:call(?SERVER, {usage, Path}).

init([]) ->
    {ok, #state{}}.

handle_call(Request, From, State) ->
    {Reply, NewState} = do(Request, From, State),
    {reply, Reply, NewState}.

handle_cast(_, State) ->
    {noreply, State}.

do({usage, Path}, _From, State) ->
    Output = os:cmd("du -s " ++ Path), % hazard
    [Size | _] = string:lexemes(Output, "\t"),
    Usage = list_to_integer(Size),
    {Usage, State#state{last = [{Path, Usage}]}}.
