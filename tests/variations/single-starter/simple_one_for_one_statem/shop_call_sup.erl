-module(shop_call_sup).
-behaviour(supervisor).
-export([start_link/0, start_call/2, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

start_call(From, To) -> supervisor:start_child(?MODULE, [From, To]). % hazard

init([]) ->
    Spec = {shop_call, {shop_call, start_link, []}, temporary, 5000, worker, [shop_call]},
    {ok, {{simple_one_for_one, 0, 1}, [Spec]}}.
