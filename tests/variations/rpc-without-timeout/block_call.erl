-module(depot_deploy).
-behaviour(gen_server).
-export([start_link/0, load/2, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

load(Node, Module) -> gen_server:call(?MODULE, {load, Node, Module}).

init([]) -> {ok, []}.

handle_call({load, Node, Module}, _From, State) ->
    {reply, rpc:block_call(Node, code, load_file, [Module]), State}. % hazard

handle_cast(_, State) -> {noreply, State}.
