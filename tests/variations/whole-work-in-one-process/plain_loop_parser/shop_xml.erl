-module(shop_xml).
-export([start_link/0, parse/1, init/1]).

start_link() -> proc_lib:start_link(?MODULE, init, [self()]).

parse(Text) ->
    Ref = make_ref(),
    ?MODULE ! {parse, self(), Ref, Text},
    receive
        {Ref, Result} -> Result
    after 10000 ->
        {error, timeout}
    end.

init(Parent) ->
    register(?MODULE, self()),
    proc_lib:init_ack(Parent, {ok, self()}),
    loop().

loop() ->
    receive
        {parse, From, Ref, Text} ->
            Result = (catch xmerl_scan:string(Text, [{quiet, true}])), % hazard
            From ! {Ref, Result},
            loop();
        stop ->
            ok
    end.
