%% Which folders are searched for the headers of a file. Builds differ in the -I they give, so that is not guessed from their
%% files: a header that the usual folders do not hold is looked for by its name below all that is compared, then in the installed
%% OTP (which holds what its build generates), and the folder nearest to the file is added, for the compiler and for us alike.
-module(erlang_headers).
-export([index/1, usual/1, more/4]).

%% #{"name.hrl" => [Path]} below folders.
index(Roots) ->
    lists:foldl(fun(Root, All) ->
                        filelib:fold_files(Root, "\\.hrl$", true,
                                           fun(F, Acc) -> maps:update_with(filename:basename(F), fun(L) -> [F | L] end, [F], Acc) end,
                                           All)
                end, #{}, [R || R <- Roots, filelib:is_dir(R)] ++ [code:lib_dir()]).

%% Those of every build: the application's own, and those of its neighbours.
usual(File) ->
    Dir = filename:dirname(File),
    App = filename:dirname(Dir),
    Siblings = filename:dirname(App),
    [filename:join(App, "include"), filename:join(App, "src"), filename:join(Dir, "include"), App, Siblings,
     filename:join(Siblings, "deps")].

%% The folders that hold headers which were not found by a path.
more(File, Missing, Path, Index) -> lists:usort(lists:append([folder(File, Name, Index) || Name <- Missing])) -- Path.

folder(File, Name, Index) ->
    Folders = [lists:sublist(Path, length(Path) - length(Name) - 1)
               || Path <- maps:get(filename:basename(Name), Index, []), lists:suffix("/" ++ Name, Path)],
    case lists:sort([{-shared(File, F), length(F), F} || F <- Folders]) of
        [] -> [];
        [{_, _, Nearest} | _] -> [Nearest]
    end.

shared([C | A], [C | B]) -> 1 + shared(A, B);
shared(_, _) -> 0.
