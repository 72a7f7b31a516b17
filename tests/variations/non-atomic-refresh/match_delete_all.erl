-module(depot_rules).
-behaviour(gen_server).
-export([start_link/0, rule/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

rule(Name) -> ets:lookup(?MODULE, Name).

init([]) ->
    ?MODULE = ets:new(?MODULE, [named_table, {read_concurrency, true}]),
    {ok, none}.

handle_call({replace, Rules}, _From, State) ->
    ets:match_delete(?MODULE, '_'), % hazard
    [ets:insert(?MODULE, {Name, Rule}) || {Name, Rule} <- Rules],
    {reply, ok, State}.

handle_cast(_, State) -> {noreply, State}.
