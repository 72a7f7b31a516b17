-module(depot_members).
-behaviour(gen_server).
-export([start_link/0, leader/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

leader() -> gen_server:call(?MODULE, leader).

init([]) ->
    erlang:send_after(1000, self(), gossip),
    {ok, #{leader => undefined, seen => []}}.

handle_call(leader, _From, #{leader := Leader} = State) -> {reply, Leader, State}.

handle_cast(_, State) -> {noreply, State}.

handle_info(gossip, State) ->
    Seen = lists:filtermap(fun probe/1, nodes()),
    erlang:send_after(1000, self(), gossip),
    {noreply, State#{seen := Seen, leader := pick(Seen)}}.

probe(Node) ->
    case rpc:call(Node, depot_members, term, [], 15000) of % hazard BW402 BW608
        {badrpc, _} -> false;
        Term -> {true, {Node, Term}}
    end.

pick([]) -> undefined;
pick(Seen) -> element(1, hd(lists:keysort(2, Seen))).
