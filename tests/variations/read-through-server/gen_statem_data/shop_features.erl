-module(shop_features).
-behaviour(gen_statem).
-export([start_link/0, is_on/1]).
-export([init/1, callback_mode/0, handle_event/4]).

-record(data, {features = #{} :: map(), url}).

start_link() -> gen_statem:start_link({local, ?MODULE}, ?MODULE, [], []).

is_on(Feature) -> gen_statem:call(?MODULE, {is_on, Feature}).

callback_mode() -> handle_event_function.

init([]) -> {ok, ready, #data{url = "http://features.example/all"}, [{state_timeout, 0, refresh}]}.

handle_event({call, From}, {is_on, Feature}, ready, #data{features = Features}) -> % hazard
    {keep_state_and_data, [{reply, From, maps:get(Feature, Features, false)}]};
handle_event(state_timeout, refresh, ready, #data{url = Url} = Data) ->
    Features = shop_feature_source:load(Url),
    {keep_state, Data#data{features = Features}, [{state_timeout, 30000, refresh}]}.
