-module(depot_tickets).
-behaviour(gen_server).
-export([start_link/0, take/0, give/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {next = 1, holders = #{}}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
take() -> gen_server:call(?MODULE, take).
give(Ticket) -> gen_server:call(?MODULE, {give, Ticket}).

init([]) -> {ok, #state{}}.

handle_call(take, {Pid, _}, #state{next = Next, holders = Holders} = State) ->
    Ref = erlang:monitor(process, Pid),
    {reply, Next, State#state{next = Next + 1, holders = Holders#{Ref => Next}}};
handle_call({give, Ticket}, _From, #state{holders = Holders} = State) ->
    [Ref] = [R || {R, T} <- maps:to_list(Holders), T =:= Ticket],
    erlang:demonitor(Ref, []), % hazard
    {reply, ok, State#state{holders = maps:remove(Ref, Holders)}}.

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', Ref, process, _Pid, _Reason}, #state{holders = Holders} = State) ->
    {Ticket, Rest} = maps:take(Ref, Holders),
    logger:info("ticket ~p is back", [Ticket]),
    {noreply, State#state{holders = Rest}}.
