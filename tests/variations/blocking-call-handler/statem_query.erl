-module(depot_index).
-behaviour(gen_statem).
-export([start_link/0, find/1]).
-export([init/1, callback_mode/0, ready/3]).

-record(data, {conn, hits = 0}).

start_link() ->
    gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

find(Word) ->
    gen_statem:call(?MODULE, {find, Word}).

callback_mode() -> state_functions.

init([]) ->
    {ok, Conn} = epgsql:connect("localhost", "depot", "depot", []),
    {ok, ready, #data{conn = Conn}}.

ready({call, From}, {find, Word}, #data{conn = Conn, hits = Hits} = Data) ->
    {ok, _Columns, Rows} = epgsql:equery(Conn, "select id from words where word = $1", [Word]), % hazard
    {keep_state, Data#data{hits = Hits + 1}, [{reply, From, Rows}]}.
