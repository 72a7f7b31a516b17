-module(retry_book).
-behaviour(gen_server).
-export([start_link/0, ask/1, answered/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
ask(Id) -> gen_server:call(?MODULE, {ask, Id}).
answered(Id) -> gen_server:cast(?MODULE, {answered, Id}).

init([]) -> {ok, dict:new()}.

handle_call({ask, Id}, From, Pending) ->
    false = dict:is_key(Id, Pending),
    Timer = erlang:start_timer(5000, self(), {retry, Id}),
    {noreply, dict:store(Id, {From, Timer}, Pending)}.

handle_cast({answered, Id}, Pending) ->
    case dict:find(Id, Pending) of
        {ok, {From, Timer}} ->
            erlang:cancel_timer(Timer), % hazard
            gen_server:reply(From, ok),
            {noreply, dict:erase(Id, Pending)};
        error ->
            {noreply, Pending}
    end.

handle_info({timeout, _Timer, {retry, Id}}, Pending) ->
    {ok, {From, _}} = dict:find(Id, Pending),
    gen_server:reply(From, {error, timeout}),
    {noreply, dict:erase(Id, Pending)};
handle_info(_Other, Pending) ->
    {noreply, Pending}.
