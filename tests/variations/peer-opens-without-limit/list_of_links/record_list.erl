-module(record_list).
-behaviour(cowboy_websocket).
-export([init/2, websocket_handle/2, websocket_info/2]).
-record(link, {name, pid, ref}).
-record(state, {links = []}).

init(Req, _) -> {cowboy_websocket, Req, #state{}}.

websocket_handle({binary, Frame}, State) ->
    #{name := Name, op := Op} = msgpack:unpack(Frame),
    handle(Op, Name, State);
websocket_handle(_, State) ->
    {ok, State}.

websocket_info({'DOWN', Ref, process, _, _}, #state{links = Links} = State) ->
    {ok, State#state{links = lists:keydelete(Ref, #link.ref, Links)}};
websocket_info(_, State) ->
    {ok, State}.

handle(<<"attach">>, Name, #state{links = Links} = State) ->
    Pid = record_link:start(Name), % hazard
    Link = #link{name = Name, pid = Pid, ref = monitor(process, Pid)},
    {ok, State#state{links = [Link | Links]}};
handle(<<"detach">>, Name, #state{links = Links} = State) ->
    {ok, State#state{links = lists:keydelete(Name, #link.name, Links)}}.
