-module(shop_device_sup).
-behaviour(supervisor).
-export([start_link/0, ensure/1, init/1]).

start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).

ensure(Device) ->
    Spec = #{id => {device, Device}, start => {shop_device, start_link, [Device]}, restart => transient},
    case supervisor:start_child(?MODULE, Spec) of % hazard
        {ok, Pid} -> {ok, Pid};
        {error, {already_started, Pid}} -> {ok, Pid};
        {error, _} = Error -> Error
    end.

init([]) -> {ok, {#{strategy => one_for_one}, []}}.
