-module(depot_pool).
-behaviour(gen_server).
-export([start_link/0, take/0, resize/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

take() -> gen_server:call(?MODULE, take).
resize(Size) -> gen_server:cast(?MODULE, {resize, Size}).

init([]) -> {ok, []}.

handle_call(take, _From, [Pid | Rest]) -> {reply, {ok, Pid}, Rest ++ [Pid]};
handle_call(take, _From, []) -> {reply, empty, []}.

handle_cast({resize, Size}, Pids) when length(Pids) > Size ->
    {Kept, Gone} = lists:split(Size, Pids),
    lists:foreach(fun(Pid) -> supervisor:terminate_child(depot_worker_sup, Pid) end, Gone), % hazard
    {noreply, Kept};
handle_cast({resize, Size}, Pids) ->
    New = [start() || _ <- lists:seq(1, Size - length(Pids))],
    {noreply, New ++ Pids}.

start() ->
    {ok, Pid} = supervisor:start_child(depot_worker_sup, []),
    Pid.
