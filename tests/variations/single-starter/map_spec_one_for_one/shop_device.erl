-module(shop_device).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Device) -> gen_server:start_link(?MODULE, Device, []).

init(Device) ->
    process_flag(trap_exit, true),
    Output = os:cmd("snmpwalk " ++ Device),
    {ok, #{device => Device, tree => string:lexemes(Output, "\n")}}.

handle_call(tree, _From, #{tree := Tree} = State) -> {reply, Tree, State}.
handle_cast(_, State) -> {noreply, State}.
