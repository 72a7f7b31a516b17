-module(shop_table_sup).
-behaviour(supervisor).
-export([start_link/0, init/1, open/1, get_table/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    {ok, {#{strategy => one_for_one, intensity => 1, period => 1}, []}}.

open(Id) -> supervisor:start_child(?MODULE, #{id => Id, start => {shop_table, start_link, [Id]}}).

get_table(Id) ->
    Children = supervisor:which_children(?MODULE), % hazard
    case lists:search(fun({Child, _, _, _}) -> Child =:= Id end, Children) of
        {value, {_, Pid, _, _}} -> {ok, Pid};
        false -> {error, unknown}
    end.
