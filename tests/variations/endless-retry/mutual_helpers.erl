-module(depot_push).
-behaviour(gen_server).
-export([start_link/0, push/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(state, {url, pushed = 0}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
push(Event) -> gen_server:call(?MODULE, {push, Event}, infinity).

init([]) -> {ok, #state{url = "http://push.example"}}.

handle_call({push, Event}, _From, State) -> {reply, ok, deliver(Event, State)}.
handle_cast(_, State) -> {noreply, State}.

deliver(Event, #state{url = Url, pushed = Pushed} = State) ->
    case httpc:request(post, {Url, [], "text/plain", Event}, [{timeout, 2000}], []) of
        {ok, {{_, 200, _}, _, _}} -> State#state{pushed = Pushed + 1};
        Failure -> retry(Failure, Event, State)
    end.

retry(Failure, Event, State) ->
    logger:warning("push failed: ~p", [Failure]),
    timer:sleep(1000),
    deliver(Event, State). % hazard BW414 BW401
