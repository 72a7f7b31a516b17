-module(depot_form_handler).
-export([init/2]).

init(Req0, State) ->
    {ok, Pairs, Req} = cowboy_req:read_urlencoded_body(Req0),
    Fields = lists:foldl(fun put_field/2, #{}, Pairs),
    {ok, cowboy_req:reply(200, #{}, depot_view:show(Fields), Req), State}.

put_field({Name, Value}, Fields) ->
    maps:put(erlang:binary_to_atom(Name), Value, Fields). % hazard
