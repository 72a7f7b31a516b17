-module(depot_scale).
-behaviour(gen_server).
-export([start_link/0, weigh/1, init/1, handle_call/3, handle_cast/2]).
-record(state, {port :: port()}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

weigh(Item) -> gen_server:call(?MODULE, {weigh, Item}).

init([]) ->
    {ok, #state{port = open_port({spawn, "scale"}, [{packet, 2}, binary])}}.

handle_call({weigh, Item}, _From, #state{port = Port} = State) ->
    {reply, ask(Port, {weigh, Item}), State}.

handle_cast(_, State) -> {noreply, State}.

ask(Port, Term) ->
    true = port_command(Port, term_to_binary(Term)),
    receive % hazard
        {Port, {data, Data}} -> binary_to_term(Data)
    end.
