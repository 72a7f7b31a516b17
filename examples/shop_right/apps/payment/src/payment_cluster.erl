%% @doc Keeps the ledgers of all nodes alike. Nodes are asked all at once and must answer within two seconds.
%% A peer that hangs can block whoever sends to it, so these functions run in processes of single requests.
-module(payment_cluster).

-export([replicate/1, status_anywhere/1, close_everywhere/0]).

-define(TIMEOUT, 2000).

%% @doc Hands a charge to every other node. One that does not take it gets it with the next night's copy.
-spec replicate(payment:receipt()) -> ok.
replicate(Receipt) ->
    case [Node || {Node, Answer} <- ask(nodes(), payment_ledger, import, [Receipt]), Answer =/= {ok, ok}] of
        [] -> ok;
        Failed -> logger:warning("a charge did not reach ~tp", [Failed])
    end.

%% @doc What any node knows of an order.
-spec status_anywhere(binary()) -> charged | settled | unknown.
status_anywhere(Order) ->
    Answers = ask([node() | nodes()], payment_ledger, status, [Order]),
    hd([Status || {_Node, {ok, Status}} <- Answers, Status =/= unknown] ++ [unknown]).

%% @doc Closes the day on all nodes and adds up their sums; the nodes that did not answer are named.
-spec close_everywhere() -> {non_neg_integer(), [node()]}.
close_everywhere() ->
    Answers = ask([node() | nodes()], payment_ledger, close_day, []),
    {lists:sum([Sum || {_Node, {ok, {Sum, _Open}}} <- Answers]),
     [Node || {Node, {error, _Reason}} <- Answers]}.

ask(Nodes, Module, Function, Arguments) ->
    lists:zipwith(fun(Node, Answer) -> {Node, result(Answer)} end,
                  Nodes, erpc:multicall(Nodes, Module, Function, Arguments, ?TIMEOUT)).

%% A call over nodes succeeds, throws, exits or raises; erpc's own failures are raised, too.
result({ok, Value}) -> {ok, Value};
result({throw, Value}) -> {error, {throw, Value}};
result({exit, Reason}) -> {error, {exit, Reason}};
result({error, Reason}) -> {error, Reason}.
