-module(depot_lead).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, watch(none)}.

handle_call(lead, _From, Lead) -> {reply, Lead, Lead}.

handle_cast(_, Lead) -> {noreply, Lead}.

handle_info({'DOWN', _, process, _, _}, _Lead) -> {noreply, watch(none)}.

watch(_) ->
    case pg:get_members(depot_leads) of % hazard
        [Pid | _] ->
            monitor(process, Pid),
            Pid;
        [] ->
            none
    end.
