%% Reads the supervision trees of a running node: what forest.py compares with the forest that was read from the sources.
%%
%% trace() notes from now on what is added by start_child, so that walk/1 can tell it from what a supervisor started by itself.
%% walk(File) writes everything as JSON; terms are written as the shell writes them.
-module(forest_walk).

-export([trace/0, walk/1, wait/1, main/1]).

-define(TIMEOUT, 5000).

%% Every start_child, of OTP's supervisor, Elixir's and their copies, is a gen call of {start_child, Specification}.
trace() ->
    Self = self(),
    Tracer = spawn(fun() -> register(?MODULE, self()), Self ! ready, collect([]) end),
    receive ready -> ok end,
    {module, gen} = code:ensure_loaded(gen),
    erlang:trace_pattern({gen, call, 4}, [{['$1', '_', {start_child, '$2'}, '_'], [], []}], [global]),
    erlang:trace(all, true, [call, {tracer, Tracer}]),
    ok.

collect(Added) ->
    receive
        {trace, _, call, {gen, call, [Name, _, {start_child, Specification}, _]}} ->
            collect([{pid_of(Name), id(Specification)} | Added]);
        {get, From} ->
            From ! {added, Added},
            collect(Added);
        _ ->
            collect(Added)
    end.

added() ->
    case whereis(?MODULE) of
        undefined -> [];
        Tracer -> Tracer ! {get, self()}, receive {added, Added} -> Added end
    end.

pid_of(Pid) when is_pid(Pid) -> Pid;
pid_of(Name) when is_atom(Name) -> whereis(Name);
pid_of({Name, Node}) when Node =:= node() -> whereis(Name);
pid_of({global, Name}) -> global:whereis_name(Name);
pid_of(Other) -> Other.

id(#{id := Id}) -> Id;
id(Tuple) when is_tuple(Tuple), tuple_size(Tuple) > 0 -> element(1, Tuple);
id(Other) -> Other.

%% For `erl -run forest_walk main FILE APPLICATION…`: starts the applications, walks and stops.
main([File | Applications]) ->
    trace(),
    [{ok, _} = application:ensure_all_started(list_to_atom(A)) || A <- Applications],
    timer:sleep(1000),
    walk(File),
    halt(0).

%% For `erl -run forest_walk wait FILE APPLICATION…`, for systems that boot in their own way: walks when the applications run, and stops.
wait([File | Applications]) ->
    trace(),
    spawn(fun() -> await([list_to_atom(A) || A <- Applications]), timer:sleep(3000), walk(File), halt(0) end),
    ok.

await(Applications) ->
    case Applications -- [A || {A, _, _} <- application:which_applications(infinity)] of
        [] -> ok;
        _ -> timer:sleep(200), await(Applications)
    end.

walk(File) ->
    Added = added(),
    Applications = [application(A, Added) || {A, _, _} <- lists:reverse(application:which_applications())],
    ok = file:write_file(File, json({[{<<"applications">>, [A || A <- Applications, A =/= none]}]})).

application(Name, Added) ->
    case application_controller:get_master(Name) of
        Master when is_pid(Master) ->
            {Pid, Module} = application_master:get_child(Master),
            {[{<<"name">>, atom(Name)}, {<<"module">>, atom(Module)}, {<<"tree">>, tree(Pid, Added)}]};
        _ ->
            none
    end.

%% null for a process that is no supervisor.
tree(Pid, Added) when is_pid(Pid) ->
    case behaviour(Pid) of
        {supervisor, Module} -> supervisor(Pid, Module, Added);
        {bridge, Module} -> {[{<<"module">>, atom(Module)}, {<<"bridge">>, true}, {<<"children">>, []}]};
        none -> null
    end;
tree(_, _) ->
    null.

behaviour(Pid) ->
    case proc_lib:translate_initial_call(Pid) of
        {supervisor_bridge, Module, _} -> {bridge, Module};
        {Behaviour, Module, _} ->
            case erlang:function_exported(Behaviour, which_children, 1) of
                true -> {supervisor, Module};
                false -> own_behaviour(Module)
            end;
        _ -> none
    end.

%% A supervisor written as a gen_server is started as the module that it is.
own_behaviour(Module) ->
    case erlang:function_exported(Module, which_children, 1) andalso erlang:function_exported(Module, start_child, 2) of
        true -> {supervisor, Module};
        false -> none
    end.

supervisor(Pid, Module, Added) ->
    State = sys:get_state(Pid, ?TIMEOUT),
    {Callback, Strategy, Intensity, Period, Template} = flags(State, Module),
    Dynamic = Strategy =:= simple_one_for_one orelse Template =:= dynamic,
    Children = case Dynamic of
        true -> [];
        false -> [child(Pid, C, Added) || C <- lists:reverse(gen_server:call(Pid, which_children, ?TIMEOUT))]
    end,
    Count = proplists:get_value(specs, gen_server:call(Pid, count_children, ?TIMEOUT), null),
    {[{<<"module">>, atom(Callback)}, {<<"name">>, name(Pid)}, {<<"strategy">>, atom(Strategy)}, {<<"intensity">>, Intensity},
      {<<"period">>, Period}, {<<"dynamic">>, Dynamic}, {<<"specs">>, Count}, {<<"template">>, template(Template)},
      {<<"children">>, Children}]}.

%% The states of supervisor and its copies begin with name, strategy, children, dynamics, intensity and period, and end with the
%% callback module and its argument; Elixir's DynamicSupervisor keeps a struct.
flags(#{'__struct__' := _, strategy := Strategy, max_restarts := Intensity, max_seconds := Period} = State, Module) ->
    {maps:get(mod, State, Module), Strategy, Intensity, Period, dynamic};
flags(State, _) when element(1, State) =:= state ->
    [Module, _Argument | _] = lists:nthtail(tuple_size(State) - 2, tuple_to_list(State)),
    Template = case {element(3, State), element(4, State)} of
        {simple_one_for_one, {[Id], Map}} -> maps:get(Id, Map);
        {simple_one_for_one, [Child]} -> Child;
        _ -> none
    end,
    {Module, element(3, State), element(6, State), element(7, State), Template}.

%% {child, Id or Pid, Id or Pid, {M, F, A}, Restart, [Significant,] Shutdown, Type, Modules}
template(Child) when is_tuple(Child), element(1, Child) =:= child ->
    {M, F, _} = element(4, Child),
    {[{<<"module">>, atom(M)}, {<<"function">>, atom(F)}, {<<"restart">>, restart(element(5, Child))}]};
template(_) ->
    null.

child(Supervisor, {Id, Pid, Type, _}, Added) ->
    Specification = specification(Supervisor, Id),
    {M, F, A} = maps:get(start, Specification, {undefined, undefined, []}),
    Arity = case is_list(A) of true -> length(A); false -> null end,
    {[{<<"id">>, term(Id)}, {<<"start">>, {[{<<"module">>, atom(M)}, {<<"function">>, atom(F)}, {<<"arity">>, Arity}]}},
      {<<"restart">>, restart(maps:get(restart, Specification, undefined))},
      {<<"shutdown">>, term(maps:get(shutdown, Specification, undefined))}, {<<"type">>, atom(Type)},
      {<<"name">>, name(Pid)}, {<<"added">>, lists:member({Supervisor, Id}, Added)}, {<<"alive">>, is_pid(Pid)},
      {<<"tree">>, case Type of supervisor -> tree(Pid, Added); worker -> null end}]}.

specification(Supervisor, Id) ->
    case catch gen_server:call(Supervisor, {get_childspec, Id}, ?TIMEOUT) of
        {ok, Map} when is_map(Map) -> Map;
        _ -> #{}
    end.

restart({Restart, _Delay}) -> atom(Restart);
restart(Restart) -> atom(Restart).

name(Pid) when is_pid(Pid) ->
    case process_info(Pid, registered_name) of
        {registered_name, Name} -> atom(Name);
        _ -> null
    end;
name(_) -> null.

atom(undefined) -> null;
atom(Atom) -> atom_to_binary(Atom, utf8).

term(undefined) -> null;
term(Term) -> unicode:characters_to_binary(io_lib:format("~0tp", [Term])).

%% {Members} is an object.
json(null) -> <<"null">>;
json(true) -> <<"true">>;
json(false) -> <<"false">>;
json(Number) when is_integer(Number) -> integer_to_binary(Number);
json(Text) when is_binary(Text) ->
    [$", [escape(C) || <<C/utf8>> <= Text], $"];
json(List) when is_list(List) -> [$[, lists:join($,, [json(E) || E <- List]), $]];
json({Members}) -> [${, lists:join($,, [[json(K), $:, json(V)] || {K, V} <- Members]), $}].

escape($") -> <<"\\\"">>;
escape($\\) -> <<"\\\\">>;
escape(C) when C < 32 -> io_lib:format("\\u~4.16.0b", [C]);
escape(C) -> <<C/utf8>>.
