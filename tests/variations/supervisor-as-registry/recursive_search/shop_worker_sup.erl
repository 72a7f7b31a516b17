-module(shop_worker_sup).
-behaviour(supervisor).
-export([start_link/0, init/1, add/1, worker/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) -> {ok, {{one_for_one, 5, 10}, []}}.

add(Name) ->
    supervisor:start_child(?MODULE, {Name, {shop_worker, start_link, [Name]}, temporary, 5000, worker, [shop_worker]}).

worker(Name) -> search(Name, supervisor:which_children(?MODULE)). % hazard

search(_Name, []) -> undefined;
search(Name, [{Name, Pid, _, _} | _]) -> Pid;
search(Name, [_ | Rest]) -> search(Name, Rest).
