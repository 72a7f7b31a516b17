-module(depot_mail_handler).
-behaviour(gen_event).
-export([init/1, handle_event/2, handle_call/2]).

init([]) -> {ok, []}.

handle_event({sold, Item, Buyer}, State) ->
    gen_smtp_client:send_blocking({"depot@example.org", [Buyer], Item}, [{relay, "mail.example.org"}]),
    {ok, State};
handle_event(_Event, State) ->
    {ok, State}.

handle_call(_Request, State) -> {ok, ok, State}.
