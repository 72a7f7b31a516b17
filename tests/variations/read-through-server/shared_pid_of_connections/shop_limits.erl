-module(shop_limits).
-behaviour(gen_server).
-export([start_link/1, limit/2]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Limits) -> gen_server:start_link(?MODULE, Limits, []).

limit(Pid, Name) -> gen_server:call(Pid, {limit, Name}).

init(Limits) -> {ok, maps:from_list(Limits)}.

handle_call({limit, Name}, _From, Limits) -> % hazard
    {reply, maps:get(Name, Limits, infinity), Limits}.

handle_cast(_, Limits) -> {noreply, Limits}.
