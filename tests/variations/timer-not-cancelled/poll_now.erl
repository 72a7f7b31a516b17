-module(depot_refresh).
-behaviour(gen_server).
-export([start_link/0, refresh/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).
-record(state, {prices = [], interval = 60000}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

refresh() -> gen_server:cast(?MODULE, refresh).

init([]) ->
    {ok, schedule(#state{})}.

handle_call(prices, _From, #state{prices = Prices} = State) ->
    {reply, Prices, State}.

handle_cast(refresh, State) ->
    {noreply, load(State)}. % hazard

handle_info(refresh, State) ->
    {noreply, load(State)}.

load(State) ->
    {ok, Prices} = file:consult("prices.term"),
    schedule(State#state{prices = Prices}).

schedule(#state{interval = Interval} = State) ->
    erlang:send_after(Interval, self(), refresh),
    State.
