-module(depot_merge).
-behaviour(gen_server).
-export([start_link/0, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) -> {ok, []}.

handle_call({merge, From, To}, _From, State) ->
    {reply, merge(From, To), State}.

handle_cast(_, State) -> {noreply, State}.

merge(From, To) ->
    {ok, In} = file:open(From, [read, binary]), % hazard
    case file:open(To, [append, binary]) of
        {ok, Out} ->
            {ok, Line} = file:read_line(In),
            ok = file:write(Out, Line),
            ok = file:close(In),
            ok = file:close(Out);
        {error, Reason} ->
            {error, Reason}
    end.
