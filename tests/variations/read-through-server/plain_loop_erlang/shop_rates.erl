-module(shop_rates).
-export([start_link/0, rate/1, loop/1]).

start_link() ->
    Pid = spawn_link(fun() -> loop(load()) end),
    register(?MODULE, Pid),
    {ok, Pid}.

rate(Currency) ->
    Ref = monitor(process, ?MODULE),
    ?MODULE ! {rate, self(), Ref, Currency},
    receive
        {Ref, Rate} ->
            demonitor(Ref, [flush]),
            Rate;
        {'DOWN', Ref, process, _, Reason} ->
            exit(Reason)
    after 5000 ->
        demonitor(Ref, [flush]),
        exit(timeout)
    end.

loop(Rates) ->
    receive
        {rate, From, Ref, Currency} -> % hazard
            From ! {Ref, proplists:get_value(Currency, Rates)},
            loop(Rates)
    after 60000 ->
        loop(load())
    end.

load() ->
    {ok, Rates} = file:consult("rates.term"),
    Rates.
