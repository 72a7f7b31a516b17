-module(depot_mode).
-behaviour(gen_statem).
-export([start_link/0, mode/0, switch/1, init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

mode() -> gen_statem:call(?MODULE, mode, 1000).

switch(Mode) -> gen_statem:call(?MODULE, {switch, Mode}, 1000).

callback_mode() -> handle_event_function.

init([]) -> {ok, normal, none}.

handle_event({call, From}, mode, Mode, _Data) ->
    {keep_state_and_data, {reply, From, Mode}};
handle_event({call, From}, {switch, Mode}, _Old, Data) ->
    announce(Mode),
    {next_state, Mode, Data, {reply, From, ok}};
handle_event(cast, {switched, Mode}, _Old, Data) ->
    {next_state, Mode, Data}.

announce(Mode) ->
    lists:foreach(fun(Node) -> gen_statem:cast({?MODULE, Node}, {switched, Mode}) end, nodes()). % hazard
