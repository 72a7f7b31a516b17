-module(agenda).
-behaviour(gen_server).
-export([start_link/0, add/2, drop/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

add(Key, At) -> gen_server:cast(?MODULE, {add, Key, At}).
drop(Key) -> gen_server:cast(?MODULE, {drop, Key}).

init([]) -> {ok, #{}}.

handle_call(all, _From, Agenda) -> {reply, Agenda, Agenda}.

handle_cast({add, Key, At}, Agenda) -> {noreply, Agenda#{Key => At}}; % hazard
handle_cast({remove, Key}, Agenda) -> {noreply, maps:remove(Key, Agenda)}.

handle_info(_, Agenda) -> {noreply, Agenda}.
