-module(shop_names).
-behaviour(gen_server).
-export([start_link/0, whois/1, add/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {table :: ets:tid(), limit = 1000}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

whois(Name) -> gen_server:call(?MODULE, {whois, Name}).
add(Name, Owner) -> gen_server:cast(?MODULE, {add, Name, Owner}).

init([]) -> {ok, #state{table = ets:new(names, [set, protected])}}.

handle_call({whois, Name}, _From, State = #state{table = Table}) ->
    Reply = shop_name_store:find(Table, Name), % hazard
    {reply, Reply, State};
handle_call(_, _From, State) ->
    {reply, {error, badarg}, State}.

handle_cast({add, Name, Owner}, State = #state{table = Table}) ->
    shop_name_store:store(Table, Name, Owner),
    {noreply, State}.
