-module(tail_reader).
-export([start_link/1, loop/2]).

start_link(Path) ->
    Pid = spawn(?MODULE, loop, [Path, 0]), % hazard
    register(?MODULE, Pid),
    {ok, Pid}.

loop(Path, Offset) ->
    receive
        {read, From} ->
            {ok, Bytes} = file:read_file(Path),
            From ! {lines, binary:split(Bytes, <<"\n">>, [global])},
            loop(Path, byte_size(Bytes));
        stop ->
            ok
    end.
