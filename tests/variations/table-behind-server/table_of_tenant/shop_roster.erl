-module(shop_roster).
-behaviour(gen_server).
-export([start_link/1, contact/2, learn/3]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Host) -> gen_server:start_link({local, gen_mod:get_module_proc(Host, ?MODULE)}, ?MODULE, Host, []).

contact(Host, Name) ->
    Proc = gen_mod:get_module_proc(Host, ?MODULE),
    gen_server:call(Proc, {contact, Name}).

learn(Host, Name, Address) ->
    Proc = gen_mod:get_module_proc(Host, ?MODULE),
    gen_server:cast(Proc, {learn, Name, Address}).

init(Host) -> {ok, {Host, ets:new(roster, [])}}.

handle_call({contact, Name}, _From, {_, Table} = State) ->
    {reply, ets:lookup(Table, Name), State}. % hazard

handle_cast({learn, Name, Address}, {_, Table} = State) ->
    ets:insert(Table, {Name, Address}),
    {noreply, State}.
