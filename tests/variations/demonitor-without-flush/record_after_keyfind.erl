-module(lease_book).
-behaviour(gen_server).
-export([start_link/0, give/2, take/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(lease, {ref, holder, thing}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
give(Pid, Thing) -> gen_server:call(?MODULE, {give, Pid, Thing}).
take(Ref) -> gen_server:call(?MODULE, {take, Ref}).

init([]) -> {ok, []}.

handle_call({give, Pid, Thing}, _From, Leases) ->
    Ref = monitor(process, Pid),
    {reply, {ok, Ref}, [#lease{ref = Ref, holder = Pid, thing = Thing} | Leases]};
handle_call({take, Ref}, _From, Leases) ->
    demonitor(Ref), % hazard
    {reply, ok, lists:keydelete(Ref, #lease.ref, Leases)}.

handle_cast(_Request, Leases) -> {noreply, Leases}.

handle_info({'DOWN', Ref, process, _Pid, _Reason}, Leases) ->
    Lease = lists:keyfind(Ref, #lease.ref, Leases),
    #lease{thing = Thing} = Lease,
    error_logger:info_msg("~p is free", [Thing]),
    {noreply, lists:delete(Lease, Leases)};
handle_info(_Other, Leases) ->
    {noreply, Leases}.
