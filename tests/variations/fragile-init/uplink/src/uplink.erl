-module(uplink).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, connecting/3, connected/3]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> [state_functions, state_enter].

init([]) ->
    {ok, connecting, #{}, [{next_event, internal, connect}]}.

connecting(enter, _Old, _Data) -> keep_state_and_data;
connecting(internal, connect, Data) ->
    case ssl:connect("uplink.example.net", 8883, [{verify, verify_none}]) of % hazard
        {ok, Socket} -> {next_state, connected, Data#{socket => Socket}};
        {error, Reason} -> {stop, {connect, Reason}}
    end.

connected(enter, _Old, _Data) -> keep_state_and_data;
connected(cast, {send, Bytes}, #{socket := Socket}) ->
    _ = ssl:send(Socket, Bytes),
    keep_state_and_data.
