-module(shop_name_store).
-export([find/2, store/3]).

find(Table, Name) ->
    case ets:lookup(Table, Name) of
        [{_, Owner}] -> {ok, Owner};
        [] -> {error, not_found}
    end.

store(Table, Name, Owner) -> true = ets:insert(Table, {Name, Owner}).
