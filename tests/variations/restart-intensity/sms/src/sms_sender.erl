-module(sms_sender).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, unbound/3, bound/3]).

start_link(Account) -> gen_statem:start_link(?MODULE, Account, []).

callback_mode() -> state_functions.

init(Account) -> {ok, unbound, #{account => Account}, [{next_event, internal, bind}]}.

unbound(internal, bind, #{account := {Host, Port}} = Data) ->
    {ok, Socket} = gen_tcp:connect(Host, Port, [binary, {active, true}], 5000),
    {next_state, bound, Data#{socket => Socket}}.

bound(info, {tcp_closed, _}, Data) ->
    {stop, connection_lost, Data};
bound(info, {tcp, _, _Bytes}, _Data) ->
    keep_state_and_data;
bound(cast, {send, Pdu}, #{socket := Socket}) ->
    ok = gen_tcp:send(Socket, Pdu),
    keep_state_and_data.
