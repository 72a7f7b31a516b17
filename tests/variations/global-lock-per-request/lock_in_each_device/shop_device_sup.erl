-module(shop_device_sup).
-behaviour(supervisor).
-export([start_link/0, init/1, add/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

add(Id) -> supervisor:start_child(?MODULE, [Id]).

init([]) ->
    {ok, {#{strategy => simple_one_for_one}, [#{id => device, start => {shop_device, start_link, []}}]}}.
