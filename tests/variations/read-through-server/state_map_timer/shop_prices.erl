-module(shop_prices).
-behaviour(gen_server).
-export([start_link/0, price/1]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(SERVER, ?MODULE).

start_link() -> gen_server:start_link({local, ?SERVER}, ?MODULE, #{}, []).

price(Item) -> call({price, Item}).

call(Request) -> gen_server:call(?SERVER, Request).

init(Options) ->
    erlang:send_after(0, self(), reload),
    {ok, Options#{prices => #{}}}.

handle_call(Request, _From, State) ->
    case Request of
        {price, Item} -> % hazard
            #{prices := Prices} = State,
            {reply, maps:find(Item, Prices), State};
        _ ->
            {reply, {error, unknown}, State}
    end.

handle_cast(_, State) -> {noreply, State}.

handle_info(reload, State) ->
    {ok, Prices} = file:consult("prices.term"),
    erlang:send_after(60000, self(), reload),
    {noreply, State#{prices => maps:from_list(Prices)}}.
