-module(shop_packer).
-behaviour(gen_server).
-export([start_link/0, pack/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

pack(Files) ->
    Tag = make_ref(),
    gen_server:cast(?MODULE, {pack, self(), Tag, Files}),
    receive
        {Tag, Packed} -> {ok, Packed}
    after 30000 ->
        {error, timeout}
    end.

init([]) -> {ok, #{packed => 0}}.

handle_call(_, _From, State) -> {reply, ok, State}.

handle_cast({pack, From, Tag, Files}, State) ->
    Packed = zlib:gzip(term_to_binary(Files)), % hazard
    From ! {Tag, Packed},
    {noreply, State}.
