-module(shop_host_options).
-behaviour(gen_server).
-export([start_link/2, option/2]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {host, options = #{}}).

start_link(Host, File) -> gen_server:start_link({local, process_name(Host)}, ?MODULE, {Host, File}, []).

option(Host, Name) -> gen_server:call(process_name(Host), {option, Name}).

process_name(Host) -> list_to_atom("shop_options_" ++ binary_to_list(Host)).

init({Host, File}) ->
    {ok, _} = timer:send_interval(60000, {reload, File}),
    {ok, #state{host = Host, options = read(File)}}.

handle_call({option, Name}, _From, #state{options = Options} = State) -> % hazard
    {reply, maps:get(Name, Options, undefined), State}.

handle_cast(_, State) -> {noreply, State}.

handle_info({reload, File}, State) -> {noreply, State#state{options = read(File)}}.

read(File) ->
    {ok, Options} = file:consult(File),
    maps:from_list(Options).
