-module(record_link).
-export([start/1]).
start(Name) -> proc_lib:spawn(fun() -> record_feed:follow(Name) end).
