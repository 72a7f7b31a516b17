-module(depot_token).
-behaviour(gen_server).
-export([start_link/0, take/0, give_back/0]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {owner = none, waiting = queue:new()}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
take() -> gen_server:call(?MODULE, take, infinity).
give_back() -> gen_server:cast(?MODULE, {give_back, self()}).

init([]) -> {ok, #state{}}.

handle_call(take, {Pid, _}, #state{owner = none} = State) ->
    {reply, ok, State#state{owner = Pid}};
handle_call(take, From, #state{waiting = Waiting} = State) ->
    {noreply, State#state{waiting = queue:in(From, Waiting)}}. % hazard BW407 BW408

handle_cast({give_back, Pid}, #state{owner = Pid, waiting = Waiting} = State) ->
    case queue:out(Waiting) of
        {{value, {Next, _} = From}, Rest} ->
            gen_server:reply(From, ok),
            {noreply, State#state{owner = Next, waiting = Rest}};
        {empty, _} ->
            {noreply, State#state{owner = none}}
    end.
