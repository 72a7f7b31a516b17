-module(shop_acl).
-behaviour(gen_server).
-export([start_link/0, allowed/2, reload/0]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {rules = []}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

allowed(User, Action) -> gen_server:call(?MODULE, {allowed, User, Action}, infinity).

reload() -> gen_server:cast(?MODULE, reload).

init([]) -> {ok, #state{rules = read()}}.

handle_call({allowed, User, Action}, From, State) -> % hazard
    gen_server:reply(From, check(User, Action, State#state.rules)),
    {noreply, State}.

handle_cast(reload, State) -> {noreply, State#state{rules = read()}}.

check(User, Action, Rules) -> lists:member({User, Action}, Rules).

read() ->
    {ok, Rules} = file:consult("acl.term"),
    Rules.
