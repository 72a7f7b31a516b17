-module(depot_label).
-behaviour(gen_server).
-export([start_link/0, render/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
render(Text) -> gen_server:call(?MODULE, {render, Text}).

init([]) -> {ok, open_port({spawn, "label"}, [{line, 1024}])}.

handle_call({render, Text}, _From, Port) ->
    port_command(Port, [Text, $\n]),
    Reply = receive % hazard
        {Port, {data, {eol, Line}}} -> {ok, Line}
    after 1000 ->
        {error, timeout}
    end,
    {reply, Reply, Port}.

handle_cast(_, Port) -> {noreply, Port}.
