-module(depot_poll).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Self = self(),
    spawn_link(fun() -> tick(Self, 1000) end),
    {ok, 0}.

tick(Pid, Period) ->
    timer:sleep(Period),
    Pid ! tick, % hazard
    tick(Pid, Period).

handle_call(count, _From, Count) -> {reply, Count, Count}.
handle_cast(_, Count) -> {noreply, Count}.

handle_info(tick, Count) ->
    {ok, _} = httpc:request(get, {"http://poll.example/next", []}, [{timeout, 20000}], []),
    {noreply, Count + 1};
handle_info(_, Count) ->
    {noreply, Count}.
