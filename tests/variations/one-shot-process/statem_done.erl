-module(depot_provision).
-behaviour(gen_statem).
-export([start_link/1, init/1, callback_mode/0, working/3, done/3]).

start_link(Customer) -> gen_statem:start_link(?MODULE, Customer, []).

callback_mode() -> state_functions.

init(Customer) -> {ok, working, Customer, [{next_event, internal, work}]}.

working(internal, work, Customer) ->
    {ok, _} = httpc:request(post, {"http://accounts/new", [], "text/plain", Customer}, [], []), % hazard
    {next_state, done, Customer}.

done(_Type, _Event, _Customer) -> keep_state_and_data.
