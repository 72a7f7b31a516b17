-module(depot_rates).
-export([refresh/0]).

-define(AGENT, 'Elixir.Depot.Rates').

refresh() ->
    'Elixir.Agent':cast(?AGENT, fun(Rates) -> depot_rate_source:merge(Rates) end). % hazard
