%% The rest of init is a cast to itself, and the process is in a group before that.
-module(courier).
-behaviour(gen_server).
-export([start_link/1, deliver/2]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {depot, socket}).

start_link(Depot) -> gen_server:start_link(?MODULE, Depot, []).
deliver(Courier, Parcel) -> gen_server:call(Courier, {deliver, Parcel}).

init(Depot) ->
    ok = pg:join(couriers, self()),
    gen_server:cast(self(), connect), % hazard
    {ok, #state{depot = Depot}}.

handle_call({deliver, Parcel}, _From, #state{socket = Socket} = State) ->
    {reply, gen_tcp:send(Socket, Parcel), State}.

handle_cast(connect, #state{depot = Depot} = State) ->
    {ok, Socket} = gen_tcp:connect(Depot, 4100, [{active, false}], 1000),
    {noreply, State#state{socket = Socket}}.
