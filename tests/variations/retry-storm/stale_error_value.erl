-module(depot_price).
-behaviour(gen_server).
-export([start_link/0, price/1, init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

price(Item) ->
    case catch gen_server:call(?MODULE, {price, Item}, 500) of
        {'EXIT', {timeout, _}} -> price(Item); % hazard
        {'EXIT', Reason} -> {error, Reason};
        Price -> {ok, Price}
    end.

init([]) -> {ok, []}.

handle_call({price, Item}, _From, State) ->
    {ok, {_, _, Body}} = httpc:request("http://prices.example/" ++ Item),
    {reply, Body, State}.

handle_cast(_, State) -> {noreply, State}.
