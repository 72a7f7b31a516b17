-module(depot_notify).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Url) -> gen_server:start_link({local, ?MODULE}, ?MODULE, Url, []).

init(Url) -> {ok, #{url => Url, open => #{}}}.

handle_call({close, Id}, _From, #{open := Open} = State) ->
    {reply, ok, State#{open := maps:remove(Id, Open)}}.

handle_cast({open, Id, Info}, #{open := Open} = State) ->
    spawn(fun() -> % hazard
        #{url := Url} = State,
        depot_http:post(Url, Info)
    end),
    {noreply, State#{open := maps:put(Id, Info, Open)}}.
