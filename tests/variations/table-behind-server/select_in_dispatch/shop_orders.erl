-module(shop_orders).
-behaviour(gen_server).
-export([start_link/0, of_user/1, count/0, put/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(order, {id, user, items = []}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

of_user(User) -> gen_server:call(?MODULE, {of_user, User}).
count() -> gen_server:call(?MODULE, count).
put(Order) -> gen_server:call(?MODULE, {put, Order}).

init([]) ->
    {ok, ets:new(orders, [ordered_set, {keypos, #order.id}])}.

handle_call(Request, _From, Table) ->
    {reply, handle(Request, Table), Table}.

handle_cast(_, Table) -> {noreply, Table}.

handle({of_user, User}, Table) -> % hazard
    ets:match_object(Table, #order{user = User, _ = '_'});
handle(count, Table) ->
    ets:info(Table, size);
handle({put, #order{} = Order}, Table) ->
    ets:insert(Table, Order),
    ok.
