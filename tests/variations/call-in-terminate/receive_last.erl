-module(depot_bridge).
-behaviour(gen_server).
-export([start_link/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2, terminate/2]).

-record(state, {port}).

start_link(Command) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Command, []).

init(Command) ->
    process_flag(trap_exit, true),
    {ok, #state{port = open_port({spawn, Command}, [exit_status, binary])}}.

handle_call(_, _From, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.
handle_info({Port, {data, _}}, #state{port = Port} = State) -> {noreply, State};
handle_info({Port, {exit_status, Status}}, #state{port = Port} = State) -> {stop, {exit_status, Status}, State};
handle_info(_, State) -> {noreply, State}.

terminate({exit_status, _}, _State) -> ok;
terminate(_Reason, #state{port = Port}) ->
    port_command(Port, <<"quit\n">>),
    receive % hazard BW410 BW203 BW204
        {Port, {exit_status, _}} -> ok
    end.
