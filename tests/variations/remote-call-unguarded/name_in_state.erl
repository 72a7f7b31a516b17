-module(depot_sync).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {server, rows = []}).

start_link(Node) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Node, []).

init(Node) ->
    self() ! sync,
    {ok, #state{server = {depot_rows, Node}}}.

handle_call(rows, _From, State) -> {reply, State#state.rows, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(sync, #state{server = Server} = State) ->
    Rows = gen_server:call(Server, rows), % hazard
    erlang:send_after(1000, self(), sync),
    {noreply, State#state{rows = Rows}}.
