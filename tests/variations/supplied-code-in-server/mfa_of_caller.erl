-module(depot_serial).
-behaviour(gen_server).
-export([start_link/0, run/3, run/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

run(Module, Function, Arguments) -> gen_server:call(?MODULE, {run, {Module, Function, Arguments}}).
run(Fun) when is_function(Fun, 0) -> gen_server:call(?MODULE, {run, Fun}).

init([]) -> {ok, 0}.

handle_call({run, {Module, Function, Arguments}}, _From, Count) ->
    {reply, apply(Module, Function, Arguments), Count + 1}; % hazard
handle_call({run, Fun}, _From, Count) ->
    {reply, Fun(), Count + 1}. % hazard

handle_cast(_, Count) -> {noreply, Count}.
