%% @doc Top supervisor of the payment application. Every child uses only what stands before it.
-module(payment_sup).
-behaviour(supervisor).

-export([start_link/0]).
-export([init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => rest_for_one, intensity => 10, period => 60},
    Children = [worker(payment_tables),
                worker(payment_tokens),
                worker(payment_fraud),
                worker(payment_ledger),
                worker(payment_refunds),
                worker(payment_server)],
    {ok, {Flags, Children}}.

worker(Module) ->
    #{id => Module,
      start => {Module, start_link, []},
      restart => permanent,
      shutdown => 5000,
      type => worker,
      modules => [Module]}.
