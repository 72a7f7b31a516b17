-module(depot_consumer).
-behaviour(gen_server).
-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    Broker = wait_for_broker(30),
    {ok, Broker}.

handle_call(broker, _From, Broker) -> {reply, Broker, Broker}.
handle_cast(_, Broker) -> {noreply, Broker}.

wait_for_broker(0) -> undefined;
wait_for_broker(Tries) ->
    case whereis(depot_broker) of
        undefined ->
            timer:sleep(1000), % hazard
            wait_for_broker(Tries - 1);
        Pid ->
            Pid
    end.
