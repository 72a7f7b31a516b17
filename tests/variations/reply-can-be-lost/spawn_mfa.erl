-module(depot_dns).
-behaviour(gen_server).
-export([start_link/0, resolve/1, do_resolve/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {requests = 0}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
resolve(Name) -> gen_server:call(?MODULE, {resolve, Name}, infinity).

init([]) -> {ok, #state{}}.

handle_call({resolve, Name}, From, #state{requests = Requests} = State) ->
    proc_lib:spawn(?MODULE, do_resolve, [Name, From]), % hazard
    {noreply, State#state{requests = Requests + 1}}.

handle_cast(_, State) -> {noreply, State}.

do_resolve(Name, From) ->
    {ok, Address} = inet:getaddr(Name, inet),
    gen_server:reply(From, Address).
