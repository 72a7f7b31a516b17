-module(depot_bookings).
-behaviour(gen_statem).
-export([start_link/0, book/2, init/1, callback_mode/0, open/3]).
-record(data, {bookings = #{}}).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

book(Seat, Guest) -> gen_statem:call(?MODULE, {book, Seat, Guest}).

callback_mode() -> state_functions.

init([]) -> {ok, open, #data{}}.

open({call, From}, {book, Seat, Guest}, #data{bookings = Bookings} = Data) ->
    case maps:is_key(Seat, Bookings) of
        true -> {keep_state_and_data, {reply, From, taken}};
        false -> {keep_state, Data#data{bookings = Bookings#{Seat => Guest}}, {reply, From, ok}} % hazard
    end.
