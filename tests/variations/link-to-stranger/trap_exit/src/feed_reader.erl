-module(feed_reader).
-behaviour(gen_server).
-export([start_link/1, init/1, handle_call/3, handle_cast/2]).

start_link(Url) -> gen_server:start_link(?MODULE, {Url, self()}, []).
init(State) -> {ok, State}.
handle_call(_, _From, State) -> {reply, ok, State}.
handle_cast(refresh, {Url, Hub} = State) ->
    {ok, {_, _, Body}} = httpc:request(Url),
    Hub ! {feed, Url, Body},
    {noreply, State}.
