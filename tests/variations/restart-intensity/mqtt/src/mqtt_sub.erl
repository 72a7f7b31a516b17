-module(mqtt_sub).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {topic, broker, monitor}).

start_link(Topic) -> gen_server:start_link(?MODULE, [Topic], []).

init([Topic]) ->
    Broker = whereis(mqtt_broker),
    Monitor = monitor(process, Broker),
    gen_server:cast(Broker, {subscribe, Topic, self()}),
    {ok, #state{topic = Topic, broker = Broker, monitor = Monitor}}.

handle_call(topic, _From, State) -> {reply, State#state.topic, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({'DOWN', Ref, process, _, Reason}, State = #state{monitor = Ref}) ->
    {stop, {broker_down, Reason}, State};
handle_info(_, State) ->
    {noreply, State}.
