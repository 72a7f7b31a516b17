-module(ldap_pool).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

-record(state, {handle, base}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    {ok, Hosts} = application:get_env(ldap, hosts),
    {ok, Handle} = eldap:open(Hosts), % hazard
    ok = eldap:simple_bind(Handle, "cn=admin", "secret"),
    {ok, #state{handle = Handle, base = "dc=example"}}.

handle_call({find, Uid}, _From, State = #state{handle = Handle, base = Base}) ->
    {reply, eldap:search(Handle, [{base, Base}, {filter, eldap:equalityMatch("uid", Uid)}]), State}.

handle_cast(_, State) -> {noreply, State}.
