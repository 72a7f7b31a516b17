-module(sms_sender_sup).
-behaviour(supervisor).
-export([start_link/0, add/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

add(Account) -> supervisor:start_child(?MODULE, [Account]).

init([]) ->
    {ok, {{simple_one_for_one, 1, 5}, % hazard
          [{sms_sender, {sms_sender, start_link, []}, permanent, 2000, worker, dynamic}]}}.
