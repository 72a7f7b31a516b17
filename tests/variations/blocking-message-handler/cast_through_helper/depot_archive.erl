-module(depot_archive).
-behaviour(gen_server).
-export([start_link/0, store/2, lookup/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-record(state, {index = #{}, bucket}).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

store(Key, Body) ->
    gen_server:cast(?MODULE, {store, Key, Body}).

lookup(Key) ->
    gen_server:call(?MODULE, {lookup, Key}).

init([]) ->
    {ok, #state{bucket = application:get_env(depot, bucket, "archive")}}.

handle_call({lookup, Key}, _From, #state{index = Index} = State) ->
    {reply, maps:find(Key, Index), State}.

handle_cast({store, Key, Body}, #state{index = Index, bucket = Bucket} = State) ->
    Etag = depot_s3:put(Bucket, Key, Body),
    {noreply, State#state{index = Index#{Key => Etag}}}.

handle_info(_, State) ->
    {noreply, State}.
