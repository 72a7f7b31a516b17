%% @doc Makes the tables of this application, all alike.
-module(payment_tables).

-export([create/1]).

%% @doc A new table that every process may use by its name.
-spec create(atom()) -> atom().
create(Name) ->
    ets:new(Name, [named_table, public, set]).
