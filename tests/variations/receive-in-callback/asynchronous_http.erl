-module(depot_rates).
-behaviour(gen_server).
-export([start_link/0, rate/1, init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

rate(Currency) -> gen_server:call(?MODULE, {rate, Currency}, 60000).

init([]) -> {ok, #{}}.

handle_call({rate, Currency}, _From, Cache) ->
    case Cache of
        #{Currency := Rate} ->
            {reply, Rate, Cache};
        _ ->
            {ok, Id} = httpc:request(get, {"http://rates.example/" ++ Currency, []}, [], [{sync, false}]),
            receive % hazard
                {http, {Id, {{_, 200, _}, _, Body}}} -> {reply, Body, Cache#{Currency => Body}};
                {http, {Id, _}} -> {reply, error, Cache}
            after 20000 ->
                {reply, error, Cache}
            end
    end.

handle_cast(_, Cache) -> {noreply, Cache}.
handle_info(_, Cache) -> {noreply, Cache}.
