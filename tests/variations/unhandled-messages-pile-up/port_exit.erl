-module(depot_tail).
-export([start/1, follow/2]).

start(File) ->
    Owner = self(),
    spawn_link(fun() -> follow(File, Owner) end).

follow(File, Owner) ->
    process_flag(trap_exit, true),
    Port = open_port({spawn_executable, "/usr/bin/tail"}, [{args, ["-F", File]}, {line, 4096}, exit_status]),
    lines(Port, Owner).

lines(Port, Owner) ->
    receive % hazard
        {Port, {data, {eol, Line}}} ->
            Owner ! {line, Line},
            lines(Port, Owner);
        {Port, {data, {noeol, _}}} ->
            lines(Port, Owner);
        stop ->
            port_close(Port)
    end.
