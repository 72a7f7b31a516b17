#include <gtest/gtest.h>

#include "values_of.h"

namespace beamwright::tests {
namespace {

using analysis::PossibleKind;

FactsOf elixir(const std::string& body) { return FactsOf(std::vector<Text>{{"lib/a.ex", body}}); }
FactsOf erlang(const std::string& body) { return FactsOf(std::vector<Text>{{"src/a.erl", body}}); }

TEST(PossibleValues, AReferenceIsKnownThroughPatternsAndBranches) {
  const FactsOf f = elixir(R"(defmodule A do
  def go(x) do
    {:ok, tref} = :timer.send_after(1000, :tick)
    mref = if x, do: Process.monitor(x), else: nil
    ref = Process.send_after(self(), :tick, 5)
    keep(tref, mref, ref)
  end
end
)");
  EXPECT_EQ(shown(f, "A.go/1", "tref"), "timer of the timer module of timer:send_after/2 (a.ex:3)");
  EXPECT_EQ(shown(f, "A.go/1", "mref"), "monitor of Process.monitor/1 (a.ex:4) | nil");
  EXPECT_EQ(shown(f, "A.go/1", "ref"), "timer of Process.send_after/3 (a.ex:5)");
}

TEST(PossibleValues, ErlangsReferencesAreKnown) {
  const FactsOf f = erlang(R"(-module(a).
-export([go/1]).
go(P) ->
    {Pid, Mon} = spawn_monitor(fun() -> ok end),
    {ok, TRef} = timer:apply_after(10, a, b, []),
    Timer = erlang:start_timer(10, self(), x),
    Tab = ets:new(routes, [named_table, public]),
    {ok, Sock} = gen_tcp:connect("h", 80, []),
    use(Pid, Mon, TRef, Timer, Tab, Sock).
use(_, _, _, _, _, _) -> ok.
)");
  EXPECT_EQ(values(f, "a:go/1", "Pid").only(PossibleKind::kProcess), true);
  EXPECT_EQ(values(f, "a:go/1", "Mon").only(PossibleKind::kMonitor), true);
  EXPECT_EQ(shown(f, "a:go/1", "TRef"), "timer of the timer module of timer:apply_after/4 (a.erl:5)");
  EXPECT_EQ(shown(f, "a:go/1", "Timer"), "timer of erlang:start_timer/3 (a.erl:6)");
  EXPECT_EQ(shown(f, "a:go/1", "Tab"), "table routes of ets:new/2 (a.erl:7)");
  EXPECT_EQ(shown(f, "a:go/1", "Sock"), "socket of gen_tcp:connect/3 (a.erl:8)");
}

TEST(PossibleValues, ArgumentsOfAllCallersArrive) {
  const FactsOf f = elixir(R"(defmodule A do
  def one, do: take({:wait, 5000})
  def two, do: take({:wait, :infinity})
  def three, do: take({:stop, "x"})
  defp take({:wait, time}), do: keep(time)
  defp keep(time), do: time
end
)");
  EXPECT_EQ(shown(f, "A.take/1", "time"), "5000 | :infinity");
  EXPECT_FALSE(values(f, "A.keep/1", "time").unknown);
}

TEST(PossibleValues, ReturnsAreFollowedWithTheArgumentsOfTheirOwnCall) {
  const FactsOf f = elixir(R"(defmodule A do
  def go do
    %{limit: limit} = build(7)
    _ = build(8)
    limit
  end
  defp build(n), do: Map.put(%{name: "x"}, :limit, n)
end
)");
  EXPECT_EQ(shown(f, "A.go/0", "limit"), "7");
}

TEST(PossibleValues, WhatUsersOfALibraryPassIsSaid) {
  const FactsOf f = elixir(R"(defmodule A do
  def run(fun), do: inner(fun)
  defp inner(fun), do: fun.()
end
)");
  const auto found = values(f, "A.inner/1", "fun");
  ASSERT_TRUE(found.only(PossibleKind::kGiven));
  EXPECT_EQ(shown(f, "A.inner/1", "fun"), "argument 1 of A.run/1");
}

constexpr const char* kServer = R"(defmodule Shop.Poller do
  use GenServer
  defstruct [:timer, :owner, :peer, jobs: %{}]

  def start_link(owner), do: GenServer.start_link(__MODULE__, {owner, 30}, name: __MODULE__)
  def watch(pid, fun), do: GenServer.cast(pid, {:watch, fun, self()})
  def peer(server), do: GenServer.call(server, :peer)

  def init({owner, wait}) do
    {:ok, peer} = Shop.Peer.start_link([])
    {:ok, %__MODULE__{owner: owner, peer: peer, timer: arm(wait)}}
  end

  def handle_call(:peer, from, state) do
    answer(from)
    {:reply, state.peer, state}
  end
  def handle_cast({:watch, watcher, who}, %{timer: timer} = state) do
    stop(timer)
    watcher.(who)
    {:noreply, %{state | timer: nil}}
  end

  defp answer(to), do: to
  defp stop(ref), do: :timer.cancel(ref)
  defp arm(wait), do: Process.send_after(self(), :tick, wait)
end
defmodule Shop.Peer do
  use GenServer
  def start_link(x), do: GenServer.start_link(__MODULE__, x)
  def init(x), do: {:ok, x}
end
defmodule Shop.Application do
  def start(_, _) do
    Supervisor.start_link([{Shop.Poller, :boss}], strategy: :one_for_one)
  end
  def ask do
    it = Shop.Poller.peer(Shop.Poller)
    Shop.Poller.watch(Shop.Poller, fn x -> x end)
    GenServer.call(it, :hello)
  end
end
)";

TEST(PossibleValues, TheStateHoldsWhatTheCallbacksPutThere) {
  const FactsOf f = elixir(kServer);
  EXPECT_EQ(field_values(f, "Shop.Poller", "timer"), "timer of Process.send_after/3 (a.ex:26) | nil");
  EXPECT_EQ(shown(f, "Shop.Poller.stop/1", "ref"), "timer of Process.send_after/3 (a.ex:26) | nil");
  EXPECT_EQ(values(f, "Shop.Poller.stop/1", "ref").field.text(), "timer");
  EXPECT_EQ(field_values(f, "Shop.Poller", "peer"), "pid of Shop.Peer by GenServer.start_link/2 (a.ex:30)");
}

TEST(PossibleValues, StartArgumentsReachInit) {
  const FactsOf f = elixir(kServer);
  EXPECT_EQ(shown(f, "Shop.Poller.init/1", "wait"), "30");
  EXPECT_EQ(shown(f, "Shop.Poller.init/1", "owner"), ":boss");
}

TEST(PossibleValues, MessagesCarryValuesToTheHandler) {
  const FactsOf f = elixir(kServer);
  const auto watcher = values(f, "Shop.Poller.handle_cast/2", "watcher");
  EXPECT_TRUE(watcher.only(PossibleKind::kFunction)) << shown(f, "Shop.Poller.handle_cast/2", "watcher");
  EXPECT_TRUE(watcher.message);
  EXPECT_TRUE(values(f, "Shop.Poller.handle_cast/2", "who").only(PossibleKind::kSelf));
  EXPECT_TRUE(values(f, "Shop.Poller.answer/1", "to").only(PossibleKind::kCaller));
  EXPECT_EQ(shown(f, "Shop.Poller.handle_call/3", "state"), "whole state of Shop.Poller");
}

TEST(PossibleValues, AnswersOfHandlersComeBack) {
  const FactsOf f = elixir(kServer);
  EXPECT_EQ(shown(f, "Shop.Application.ask/0", "it"), "pid of Shop.Peer by GenServer.start_link/2 (a.ex:30)");
}

TEST(PossibleValues, ErlangsRecordsTuplesAndMessagesAreFollowed) {
  const FactsOf f = erlang(R"(-module(a).
-behaviour(gen_server).
-export([start_link/1, put/1, init/1, handle_call/3, handle_info/2]).
-record(state, {sock, timer}).
start_link(Port) -> gen_server:start_link({local, a}, ?MODULE, [Port, 5], []).
put(F) -> gen_server:call(a, {put, F, infinity}).
init([Port, _]) ->
    {ok, Sock} = gen_tcp:listen(Port, []),
    {ok, #state{sock = Sock, timer = erlang:send_after(10, self(), tick)}}.
handle_call({put, F, Wait}, _From, State = #state{timer = T}) ->
    erlang:cancel_timer(T),
    F(Wait),
    {reply, ok, State#state{timer = undefined}}.
handle_info(tick, #state{sock = S} = State) ->
    inet:setopts(S, []),
    {noreply, State}.
)");
  EXPECT_EQ(shown(f, "a:handle_call/3", "T"), "timer of erlang:send_after/3 (a.erl:9) | undefined");
  EXPECT_EQ(shown(f, "a:handle_call/3", "Wait"), "infinity");
  EXPECT_EQ(shown(f, "a:handle_call/3", "F"), "argument 1 of a:put/1");
  EXPECT_EQ(shown(f, "a:handle_info/2", "S"), "socket of gen_tcp:listen/2 (a.erl:8)");
  EXPECT_EQ(state(f, "a").shape, analysis::StateShape::kRecord);
}

TEST(PossibleValues, PartsOfABinaryAreToldFromCopies) {
  const FactsOf f = elixir(R"(defmodule A do
  def go(bytes) do
    <<size::32, name::binary-size(size), rest::binary>> = bytes
    [first | _] = String.split(rest, ",")
    "x-" <> tail = rest
    kept = :binary.copy(name)
    {name, first, tail, kept, size}
  end
end
)");
  EXPECT_TRUE(values(f, "A.go/1", "name").only(PossibleKind::kSlice));
  EXPECT_TRUE(values(f, "A.go/1", "first").only(PossibleKind::kSlice));
  EXPECT_TRUE(values(f, "A.go/1", "tail").only(PossibleKind::kSlice));
  EXPECT_TRUE(values(f, "A.go/1", "kept").only(PossibleKind::kCopied));
  EXPECT_FALSE(values(f, "A.go/1", "size").has(PossibleKind::kSlice));
  const FactsOf g = erlang(R"(-module(a).
-export([go/1]).
go(<<L:16, Name:L/binary, N:8, Rest/bytes>>) ->
    Part = binary:part(Rest, 0, 3),
    {Name, N, Part, binary:copy(Part)}.
)");
  EXPECT_TRUE(values(g, "a:go/1", "Name").only(PossibleKind::kSlice));
  EXPECT_TRUE(values(g, "a:go/1", "Part").only(PossibleKind::kSlice));
  EXPECT_FALSE(values(g, "a:go/1", "N").has(PossibleKind::kSlice));
}

TEST(PossibleValues, SettingsTermsAndTheProcessDictionaryAreRead) {
  const FactsOf f(std::vector<Text>{{"config/config.exs", "import Config\nconfig :shop, client: Shop.Http, wait: 250\n"},
                                    {"lib/a.ex", R"(defmodule A do
  def go do
    client = Application.get_env(:shop, :client)
    wait = Application.get_env(:shop, :wait, 100)
    Process.put(:budget, 9)
    :persistent_term.put({__MODULE__, :routes}, :ets.new(:r, []))
    budget = Process.get(:budget)
    routes = :persistent_term.get({__MODULE__, :routes})
    {client, wait, budget, routes}
  end
end
)"}});
  EXPECT_EQ(shown(f, "A.go/0", "client"), "Shop.Http, configured");
  EXPECT_EQ(shown(f, "A.go/0", "wait"), "250, configured | 100, configured");
  EXPECT_EQ(shown(f, "A.go/0", "budget"), "9");
  EXPECT_TRUE(values(f, "A.go/0", "routes").only(PossibleKind::kTable));
}

TEST(PossibleValues, AnApplicationsOwnFileGivesValuesToo) {
  const FactsOf f(std::vector<Text>{
      {"src/pay.app.src", R"({application, pay, [{env, [{client, pay_http}, {wait, infinity}, {pool, [{size, 10}]}]}]}.)"},
      {"src/a.erl", R"(-module(a).
-export([go/0]).
go() ->
    {ok, Client} = application:get_env(pay, client),
    Wait = application:get_env(pay, wait, 5000),
    {ok, Pool} = application:get_env(pool),
    Size = proplists:get_value(size, Pool),
    use(Client, Wait, Size).
use(_, _, _) -> ok.
)"}});
  EXPECT_EQ(shown(f, "a:go/0", "Client"), "pay_http, configured");
  EXPECT_EQ(shown(f, "a:go/0", "Wait"), "infinity, configured | 5000, configured");
  EXPECT_EQ(shown(f, "a:go/0", "Size"), "10, configured");
}

TEST(PossibleValues, ANodesConfigurationGivesValuesToo) {
  const FactsOf f(std::vector<Text>{{"src/pay.app.src", "{application, pay, [{env, [{wait, infinity}]}]}."},
                                    {"config/sys.config", "[{pay, [{client, pay_http}, {wait, 250}]}, {other, [{wait, 1}]}]."},
                                    {"src/a.erl", R"(-module(a).
-export([go/0]).
go() ->
    {ok, Client} = application:get_env(pay, client),
    {ok, Wait} = application:get_env(pay, wait),
    use(Client, Wait).
use(_, _) -> ok.
)"}});
  EXPECT_EQ(shown(f, "a:go/0", "Client"), "pay_http, configured");
  EXPECT_EQ(shown(f, "a:go/0", "Wait"), "infinity, configured | 250, configured");
}

TEST(PossibleValues, ConfigurationIsReadIntoItsLists) {
  const FactsOf f(
      std::vector<Text>{{"config/config.exs", "import Config\nconfig :shop, Shop.Mail, client: Shop.Http, wait: 250\n"},
                        {"lib/a.ex", R"(defmodule A do
  def go do
    client = Application.get_env(:shop, Shop.Mail)[:client]
    {:ok, options} = Application.fetch_env(:shop, Shop.Mail)
    wait = Keyword.fetch!(options, :wait)
    keep(client, wait)
  end
end
)"}});
  EXPECT_EQ(shown(f, "A.go/0", "client"), "Shop.Http, configured");
  EXPECT_EQ(shown(f, "A.go/0", "wait"), "250, configured");
}

TEST(PossibleValues, CollectionsGiveTheirItems) {
  const FactsOf f = elixir(R"(defmodule A do
  def go(pids) do
    refs = Enum.map(pids, fn pid -> Process.monitor(pid) end)
    for one <- refs, do: keep(one)
    found = Enum.reduce(refs, :none, fn two, _acc -> two end)
    keep(found)
  end
  defp keep(x), do: x
end
)");
  EXPECT_EQ(shown(f, "A.go/1", "one"), "monitor of Process.monitor/1 (a.ex:3)");
  EXPECT_EQ(shown(f, "A.go/1", "found"), ":none | monitor of Process.monitor/1 (a.ex:3)");
}

TEST(PossibleValues, AnAliasKeepsTheShapeOfItsPattern) {
  const FactsOf f = elixir(R"(defmodule A do
  def go(x) do
    {reply, it} =
      case make(x) do
        {:ok, _} = success -> success
        error -> {error, 1}
      end
    {reply, it}
  end
  defp make(nil), do: {:error, :none}
  defp make(_), do: {:ok, make_ref()}
end
)");
  EXPECT_EQ(shown(f, "A.go/1", "it"), "reference of Kernel.make_ref/0 (a.ex:11) | 1");
}

TEST(PossibleValues, ItemsOfAWrittenListAreToldApart) {
  const FactsOf f = erlang(R"(-module(a).
-behaviour(gen_server).
-export([start_link/0, init/1]).
start_link() -> gen_server:start_link(?MODULE, [one, 2, three | more()], []).
more() -> [four].
init([First, Second | Rest]) -> {ok, {First, Second, Rest}};
init([A, B]) -> {ok, {A, B}}.
)");
  EXPECT_EQ(shown(f, "a:init/1", "First"), "one");
  EXPECT_EQ(shown(f, "a:init/1", "Second"), "2");
}

TEST(PossibleValues, AListMadeByRecursionHasTheSameItemsFurtherOn) {
  const FactsOf f = erlang(R"(-module(a).
-export([go/1]).
go(Bin) ->
    [_First, Second] = decode(Bin),
    Second.
decode(<<>>) -> [];
decode(<<L:32, Value:L/binary, Rest/binary>>) -> [Value | decode(Rest)].
)");
  EXPECT_TRUE(values(f, "a:go/1", "Second").has(PossibleKind::kSlice));
}

TEST(PossibleValues, LoopsGiveWhatEachRoundPasses) {
  const FactsOf f = erlang(R"(-module(a).
-export([go/0]).
go() -> loop(3, []).
loop(0, Acc) -> Acc;
loop(N, _Acc) -> loop(N - 1, make_ref()).
)");
  const auto found = values(f, "a:loop/2", "Acc");
  EXPECT_TRUE(found.has(PossibleKind::kReference));
  EXPECT_TRUE(found.has(PossibleKind::kTerm));
}

TEST(PossibleValues, MoreThanAFewAreUnknown) {
  std::string source = "defmodule A do\n";
  for (int i = 0; i < 12; ++i) source += "  def f" + std::to_string(i) + ", do: take(" + std::to_string(i) + ")\n";
  const FactsOf f = elixir(source + "  defp take(n), do: n\nend\n");
  const auto found = values(f, "A.take/1", "n");
  EXPECT_EQ(found.all.size(), analysis::PossibleValues::kMax);
  EXPECT_TRUE(found.unknown);
}

TEST(PossibleValues, EndlessRecursionEnds) {
  const FactsOf f = elixir(R"(defmodule A do
  def loop(x), do: loop(step(x))
  defp step(x), do: step(loop(x))
end
)");
  EXPECT_TRUE(values(f, "A.step/1", "x").all.empty() || values(f, "A.step/1", "x").unknown);
}

}  // namespace
}  // namespace beamwright::tests
