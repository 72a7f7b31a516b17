-module(shop_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).
-include("shop.hrl").

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    shop_traffic:create(),
    {ok, {#{strategy => one_for_one}, []}}.
