#!/usr/bin/env escript
%% -*- erlang -*-
%%! +S 2 -noinput
%% Compares what Beamwright and the compiler read from real files that were broken in one to three places:
%%
%%   escript erlang_mutations.escript [--mutations N] [--seed S] [--show N] [--save FOLDER] DUMPER FOLDER_OR_FILE ...
%%
%% A place is broken by leaving out, doubling, swapping or replacing tokens, or by single characters. What the compiler accepts must
%% be equal; what it rejects must get a diagnostic from us, and every form that it understood must be ours. Each mismatch is
%% printed, and its text is written into FOLDER. Lines of diagnostics that differ are counted only: where
%% a quote is lost, one reading of the rest is as good as another. Exits 1 when anything else differs.
-mode(compile).

-record(options, {mutations = 20000, seed = 1, show = 20, save = "."}).

main(Args) -> run(Args, #options{}).

run(["--mutations", N | Args], O) -> run(Args, O#options{mutations = list_to_integer(N)});
run(["--seed", N | Args], O) -> run(Args, O#options{seed = list_to_integer(N)});
run(["--show", N | Args], O) -> run(Args, O#options{show = list_to_integer(N)});
run(["--save", Folder | Args], O) -> run(Args, O#options{save = Folder});
run([Dumper | [_ | _] = Roots], #options{mutations = N, seed = Seed, show = Show, save = Save}) ->
    Here = filename:dirname(escript:script_name()),
    [load(filename:join(Here, Module)) || Module <- ["erlang_reading", "erlang_headers"]],
    rand:seed(exsss, {Seed, Seed, Seed}),
    Files = list_to_tuple([{F, pieces(F)} || F <- lists:usort(lists:append([files(R) || R <- Roots])), small(F)]),
    Port = erlang_reading:start(Dumper),
    Folder = filename:join([case filelib:is_dir("/dev/shm") of true -> "/dev/shm"; false -> "/tmp" end,
                            "beamwright_mutations_" ++ os:getpid()]),
    ok = filelib:ensure_dir(filename:join(Folder, "x")),
    ok = filelib:ensure_dir(filename:join(Save, "x")),
    put(show, Show),
    put(save, Save),
    Counts = lists:foldl(fun(I, Counts) ->
                                 Verdict = one(I, element(rand:uniform(tuple_size(Files)), Files), Folder, Port),
                                 maps:update_with(Verdict, fun(C) -> C + 1 end, 1, Counts)
                         end, #{}, lists:seq(1, N)),
    _ = file:del_dir_r(Folder),
    Count = fun(Verdict) -> maps:get(Verdict, Counts, 0) end,
    io:format("~b mutations of ~b files: ~b equal, ~b rejected by both on the same line, ~b on another line, "
              "~b equal but for missing headers, ~b unequal~n",
              [N, tuple_size(Files), Count(equal), Count(rejected), Count(other_line), Count(missing), Count(unequal)]),
    halt(case Count(unequal) of 0 -> 0; _ -> 1 end);
run(_, _) ->
    io:format("usage: erlang_mutations.escript [--mutations N] [--seed S] [--show N] [--save FOLDER] DUMPER FOLDER_OR_FILE ...~n"),
    halt(2).

load(Path) ->
    {ok, Module, Code} = compile:file(Path, [binary]),
    {module, Module} = code:load_binary(Module, Path, Code).

files(Root) ->
    case filelib:is_dir(Root) of
        true -> filelib:fold_files(Root, "\\.erl$", true, fun(F, Acc) -> [F | Acc] end, []);
        false -> [Root]
    end.

small(File) ->
    Size = filelib:file_size(File),
    Size > 200 andalso Size < 6000 andalso pieces(File) =/= none.

%% The file's tokens with what stands between them, as binaries of UTF-8; `none` for what is no UTF-8 or cannot be scanned.
pieces(File) ->
    {ok, Binary} = file:read_file(File),
    case epp:read_encoding_from_binary(Binary) =:= latin1 orelse unicode:characters_to_list(Binary) of
        Text when is_list(Text) ->
            case erl_scan:string(Text, {1, 1}, [text, return]) of
                {ok, Tokens, _} -> list_to_tuple([unicode:characters_to_binary(erl_scan:text(T)) || T <- Tokens]);
                _ -> none
            end;
        _ -> none
    end.

one(I, {File, Pieces}, Folder, Port) ->
    Text = iolist_to_binary(mutated(rand:uniform(3), tuple_to_list(Pieces))),
    Mutated = filename:join(Folder, filename:basename(File)),
    ok = file:write_file(Mutated, Text),
    Path = [filename:dirname(File) | erlang_headers:usual(File)],
    case erlang_reading:judge(Mutated, erlang_reading:theirs(Mutated, Path), erlang_reading:ours(Port, Mutated, Path, Text)) of
        {unequal, dumper_died, Status} ->
            Died = filename:join(get(save), "mutation_died.erl"),
            ok = file:write_file(Died, Text),
            io:format("the dumper died with ~p on ~ts~n", [Status, Died]),
            halt(1);
        {unequal, Kind, _} when Kind =:= rejected_on_another_line; Kind =:= tokens_rejected_on_another_line -> other_line;
        {unequal, Kind, Details} ->
            case get(show) of
                0 -> ok;
                N ->
                    put(show, N - 1),
                    Name = filename:join(get(save), "mutation_" ++ integer_to_list(I) ++ ".erl"),
                    ok = file:write_file(Name, Text),
                    erlang_reading:show(Name ++ " of " ++ File, Kind, Details)
            end,
            unequal;
        Verdict -> Verdict
    end.

mutated(0, Pieces) -> Pieces;
mutated(N, Pieces) -> mutated(N - 1, broken(rand:uniform(9), Pieces)).

broken(Operation, Pieces) ->
    At = rand:uniform(length(Pieces)) - 1,
    {Before, [Piece | After]} = lists:split(At, Pieces),
    case Operation of
        1 -> Before ++ After;
        2 -> Before ++ [Piece, Piece | After];
        3 -> Before ++ swapped(Piece, After);
        4 -> Before ++ [lists:nth(rand:uniform(length(Pieces)), Pieces) | After];
        5 -> Before ++ [word() | After];
        6 -> Before ++ [word(), Piece | After];
        7 -> Before ++ [without_a_byte(Piece) | After];
        8 -> Before ++ [with_a_character(Piece) | After];
        9 -> lists:sublist(Pieces, At) ++ moved(Piece, After)
    end.

swapped(Piece, [Space, Next | After]) -> [Next, Space, Piece | After];
swapped(Piece, After) -> [Piece | After].

moved(Piece, After) ->
    {Near, Far} = lists:split(min(length(After), rand:uniform(20)), After),
    Near ++ [Piece | Far].

without_a_byte(<<>>) -> <<>>;
without_a_byte(Piece) ->
    At = rand:uniform(byte_size(Piece)) - 1,
    <<Before:At/binary, _, After/binary>> = Piece,
    <<Before/binary, After/binary>>.

with_a_character(Piece) ->
    At = rand:uniform(byte_size(Piece) + 1) - 1,
    <<Before:At/binary, After/binary>> = Piece,
    Character = lists:nth(rand:uniform(30), "\"'$\\.,;:()[]{}<>|#?-=%_~^019aZ\n"),
    <<Before/binary, Character, After/binary>>.

word() ->
    Words = {<<" end ">>, <<" case ">>, <<" of ">>, <<" fun ">>, <<" begin ">>, <<" when ">>, <<" catch ">>, <<" try ">>,
             <<" after ">>, <<" receive ">>, <<" if ">>, <<" maybe ">>, <<" else ">>, <<" not ">>, <<" andalso ">>, <<" || ">>,
             <<" <- ">>, <<" <= ">>, <<" => ">>, <<" := ">>, <<" :: ">>, <<" -> ">>, <<" << ">>, <<" >> ">>, <<" ?= ">>,
             <<" ? ">>, <<" ?? ">>, <<" # ">>, <<" .. ">>, <<" ... ">>, <<" ! ">>, <<" = ">>, <<" X ">>, <<" _ ">>, <<" a ">>,
             <<" 1 ">>, <<" 16#f ">>, <<" 1.5e3 ">>, <<" \"s\" ">>, <<" 'q a' ">>, <<" $\\n ">>, <<" <<\"b\">> ">>, <<" #{} ">>,
             <<" [] ">>, <<" {} ">>, <<" () ">>, <<" ?MODULE ">>, <<" ?LINE ">>, <<" ?FUNCTION_NAME ">>, <<".\n">>, <<".\n-if(true).\n">>,
             <<".\n-endif.\n">>, <<".\n-else.\n">>, <<".\n-ifdef(A).\n">>, <<".\n-define(A, 1).\n">>, <<".\n-undef(A).\n">>,
             <<" #r{a = 1} ">>, <<" #r.a ">>, <<" m:f() ">>, <<" fun m:f/1 ">>, <<"/integer-little">>, <<":8">>, <<" -1 ">>, <<" + ">>},
    element(rand:uniform(tuple_size(Words)), Words).
