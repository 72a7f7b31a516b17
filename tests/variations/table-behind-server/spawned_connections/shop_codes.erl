-module(shop_codes).
-behaviour(gen_server).
-export([start_link/0, city/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

city(Code) -> gen_server:call(?MODULE, {city, Code}).

init([]) ->
    {ok, Codes} = file:consult("codes.term"),
    Table = ets:new(codes, [set]),
    ets:insert(Table, Codes),
    {ok, Table}.

handle_call({city, Code}, _From, Table) ->
    {reply, ets:lookup(Table, Code), Table}. % hazard

handle_cast(_, Table) -> {noreply, Table}.
