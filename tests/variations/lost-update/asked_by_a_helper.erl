-module(depot_lines).
-behaviour(gen_server).
-export([start_link/0, send/2, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

send(Address, Label) ->
    {_, Line} = line(ets:lookup(?MODULE, Address), Address),
    gen_server:cast(Line, {print, Label}).

line([Row], _) -> Row;
line([], Address) -> gen_server:call(?MODULE, {connect, Address}).

init([]) -> {ok, ets:new(?MODULE, [named_table, {read_concurrency, true}])}.

handle_call({connect, Address}, _From, Table) ->
    {ok, Line} = supervisor:start_child(depot_line_sup, [Address]), % hazard
    Row = {Address, Line},
    true = ets:insert(Table, Row),
    {reply, Row, Table}.

handle_cast(_, Table) -> {noreply, Table}.

handle_info({'DOWN', _, process, Line, _}, Table) ->
    ets:match_delete(Table, {'_', Line}),
    {noreply, Table};
handle_info(_, Table) -> {noreply, Table}.
