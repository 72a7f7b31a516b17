-module(depot_leases).
-behaviour(gen_server).
-export([start_link/0, lease/1, release/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

lease(Item) -> gen_server:call(?MODULE, {lease, Item}).
release(Item) -> gen_server:cast(?MODULE, {release, Item}).

init([]) -> {ok, ets:new(leases, [set, private])}.

handle_call({lease, Item}, {Pid, _}, Table) ->
    case ets:member(Table, Item) of
        true ->
            {reply, taken, Table};
        false ->
            Ref = monitor(process, Pid),
            ets:insert(Table, {Item, Pid, Ref}),
            {reply, ok, Table}
    end.

handle_cast({release, Item}, Table) ->
    ets:delete(Table, Item), % hazard
    {noreply, Table}.

handle_info({'DOWN', Ref, process, _, _}, Table) ->
    ets:match_delete(Table, {'_', '_', Ref}),
    {noreply, Table}.
