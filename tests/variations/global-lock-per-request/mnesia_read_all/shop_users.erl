-module(shop_users).
-export([by_mail/1]).

-record(user, {id, mail, name}).

by_mail(Mail) ->
    F = fun() ->
        mnesia:read_lock_table(user), % hazard
        [U || K <- mnesia:all_keys(user), #user{mail = M} = U <- mnesia:read(user, K), M =:= Mail]
    end,
    case mnesia:transaction(F) of
        {atomic, [User]} -> {ok, User};
        {atomic, []} -> error
    end.
