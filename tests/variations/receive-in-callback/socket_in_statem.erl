-module(depot_printer).
-behaviour(gen_statem).
-export([start_link/1, print/1, callback_mode/0, init/1, handle_event/4]).

start_link(Host) -> gen_statem:start_link({local, ?MODULE}, ?MODULE, Host, []).

print(Label) -> gen_statem:call(?MODULE, {print, Label}).

callback_mode() -> handle_event_function.

init(Host) ->
    {ok, Socket} = gen_tcp:connect(Host, 9100, [binary, {active, true}], 3000),
    {ok, ready, #{socket => Socket}}.

handle_event({call, From}, {print, Label}, ready, #{socket := Socket}) ->
    ok = gen_tcp:send(Socket, Label),
    Answer = receive % hazard
        {tcp, Socket, <<"ok">>} -> ok;
        {tcp, Socket, Other} -> {error, Other}
    after 30000 ->
        {error, timeout}
    end,
    {keep_state_and_data, [{reply, From, Answer}]};
handle_event(info, _, _, _) ->
    keep_state_and_data.
