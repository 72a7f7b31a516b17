%% @doc Top supervisor of the payment application.
-module(payment_sup).
-behaviour(supervisor).

-export([start_link/0]).
-export([init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => one_for_one, max_restarts => 10, max_seconds => 60},
    Children = [worker(payment_tokens),
                worker(payment_fraud),
                worker(payment_ledger),
                worker(payment_server),
                worker(payment_refunds)],
    {ok, {Flags, Children}}.

worker(Module) ->
    #{id => Module,
      start => {Module, start_link, []},
      restart => permanent,
      shutdown => 5000,
      type => worker,
      modules => [Module]}.
