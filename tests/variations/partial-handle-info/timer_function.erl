-module(session_sweeper).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {sessions = #{}}).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    schedule(sweep, 60000),
    schedule(report, 3600000),
    {ok, #state{}}.

schedule(What, After) -> erlang:send_after(After, self(), {timer, What}).

handle_call(count, _From, State) -> {reply, map_size(State#state.sessions), State}.

handle_cast({open, Id}, State = #state{sessions = Sessions}) ->
    {noreply, State#state{sessions = Sessions#{Id => erlang:monotonic_time()}}}.

handle_info({timer, sweep}, State) -> % hazard
    schedule(sweep, 60000),
    {noreply, State#state{sessions = #{}}}.
