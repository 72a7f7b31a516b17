-module(depot_notify).
-behaviour(gen_statem).
-export([start_link/0, push/1]).
-export([callback_mode/0, init/1, idle/3]).
-record(data, {sent = 0 :: non_neg_integer()}).

start_link() ->
    gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

push(Body) ->
    gen_statem:cast(?MODULE, {push, Body}). % hazard

callback_mode() -> state_functions.

init([]) ->
    {ok, idle, #data{}}.

idle(cast, {push, Body}, #data{sent = Sent} = Data) ->
    {ok, _} = httpc:request(post, {"http://push.example/v1", [], "application/json", Body}, [], []),
    {keep_state, Data#data{sent = Sent + 1}}.
