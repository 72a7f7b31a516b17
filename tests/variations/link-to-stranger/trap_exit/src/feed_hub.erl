-module(feed_hub).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {feeds = []}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    erlang:process_flag(trap_exit, true),
    {ok, #state{feeds = [begin {ok, P} = feed_reader:start_link(U), P end || U <- urls()]}}. % hazard BW112 BW122

urls() -> ["http://a.example/", "http://b.example/"].

handle_call(feeds, _From, State) -> {reply, State#state.feeds, State}.

handle_cast(refresh, State) ->
    [gen_server:cast(F, refresh) || F <- State#state.feeds],
    {noreply, State}.

handle_info({feed, _Url, _Items}, State) -> {noreply, State};
handle_info(Other, State) ->
    error_logger:info_msg("unexpected ~p", [Other]),
    {noreply, State}.
