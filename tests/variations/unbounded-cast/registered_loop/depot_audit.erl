-module(depot_audit).
-export([start/0, note/2, init/0]).

start() ->
    Pid = proc_lib:spawn_link(?MODULE, init, []),
    {ok, Pid}.

note(Who, What) ->
    ?MODULE ! {note, Who, What}, % hazard
    ok.

init() ->
    register(?MODULE, self()),
    loop([]).

loop(Last) ->
    receive
        {note, Who, What} ->
            {ok, Connection} = epgsql:connect("db.example", "audit", "secret", #{database => "audit"}),
            {ok, _} = epgsql:equery(Connection, "insert into audit values ($1, $2)", [Who, What]),
            ok = epgsql:close(Connection),
            loop([What | lists:sublist(Last, 9)]);
        _Other ->
            loop(Last)
    end.
