-module(depot_vehicle).
-behaviour(gen_server).
-export([start_link/1, position/1]).
-export([init/1, handle_call/3, handle_cast/2]).

-record(vehicle, {id, key}).
-define(TIMEOUT, 20000).

start_link(Id) -> gen_server:start_link({via, gproc, {n, l, {vehicle, Id}}}, ?MODULE, Id, []).

position(Id) -> gen_server:call({via, gproc, {n, l, {vehicle, Id}}}, position). % hazard

init(Id) -> {ok, #vehicle{id = Id, key = depot_keys:get(Id)}}.

handle_call(position, _From, Vehicle) -> {reply, ask(Vehicle, "/position"), Vehicle}.

handle_cast(_, Vehicle) -> {noreply, Vehicle}.

ask(#vehicle{id = Id, key = Key}, Path) ->
    Url = lists:flatten(["https://telematics.example/", Id, Path]),
    case hackney:request(get, Url, [{<<"x-key">>, Key}], <<>>, [{recv_timeout, ?TIMEOUT}, with_body]) of
        {ok, 200, _Headers, Body} -> {ok, Body};
        Other -> {error, Other}
    end.
