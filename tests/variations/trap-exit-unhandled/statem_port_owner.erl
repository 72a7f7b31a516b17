-module(modem_ctl).
-behaviour(gen_statem).
-export([start_link/0, init/1, callback_mode/0, handle_event/4]).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

callback_mode() -> handle_event_function.

init([]) ->
    process_flag(trap_exit, true),
    {ok, Uart} = uart:start_link("/dev/ttyUSB0"), % hazard
    {ok, idle, #{uart => Uart}}.

handle_event({call, From}, {at, Command}, idle, #{uart := Uart}) ->
    {keep_state_and_data, [{reply, From, uart:write(Uart, Command)}]};
handle_event(info, _Any, _State, _Data) ->
    keep_state_and_data.
