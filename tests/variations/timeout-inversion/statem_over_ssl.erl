-module(ticket_link).
-behaviour(gen_statem).
-export([start_link/2, book/2]).
-export([init/1, callback_mode/0, up/3]).

start_link(Host, Port) -> gen_statem:start_link(?MODULE, {Host, Port}, []).

%% hazard
book(Link, Seat) -> gen_statem:call(Link, {book, Seat}, 5000).

callback_mode() -> state_functions.

init({Host, Port}) ->
    {ok, Socket} = ssl:connect(Host, Port, [binary, {active, true}, {verify, verify_peer}], 3000),
    {ok, up, #{socket => Socket, open => #{}, next => 1}}.

up({call, From}, {book, Seat}, #{socket := Socket, open := Open, next := Next} = Data) ->
    ok = ssl:send(Socket, <<Next:32, Seat/binary>>),
    {keep_state, Data#{open := Open#{Next => From}, next := Next + 1}};
up(info, {ssl, Socket, <<Id:32, Answer/binary>>}, #{socket := Socket, open := Open} = Data) ->
    {From, Rest} = maps:take(Id, Open),
    gen_statem:reply(From, Answer),
    {keep_state, Data#{open := Rest}};
up(info, {ssl_closed, _Socket}, _Data) ->
    {stop, closed}.
