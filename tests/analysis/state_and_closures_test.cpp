#include <gtest/gtest.h>

#include "analysis/closures.h"
#include "analysis/input.h"
#include "values_of.h"

namespace beamwright::tests {
namespace {

using analysis::Change;

FactsOf elixir(const std::string& body) { return FactsOf(std::vector<Text>{{"lib/a.ex", body}}); }
FactsOf erlang(const std::string& body) { return FactsOf(std::vector<Text>{{"src/a.erl", body}}); }

constexpr const char* kTracker = R"(defmodule Tracker do
  use GenServer
  def init(_), do: {:ok, %{seen: %{}, open: %{}, last: [], count: 0, log: [], tags: MapSet.new()}}
  def handle_cast({:see, id, x}, state) do
    state = %{state | seen: Map.put(state.seen, id, x), count: state.count + 1}
    {:noreply, open(state, id)}
  end
  def handle_cast({:tag, t}, %{tags: tags} = state), do: {:noreply, Map.put(state, :tags, MapSet.put(tags, t))}
  def handle_cast({:close, id}, state), do: {:noreply, update_in(state.open, &Map.delete(&1, id))}
  def handle_info({:note, n}, state) do
    {:noreply, %{state | last: Enum.take([n | state.last], 10), log: [n | state.log]}}
  end
  defp open(state, id), do: put_in(state.open[id], true)
end
)";

TEST(StateFields, ACollectionThatOnlyGainsIsToldFromOneThatAlsoLoses) {
  const FactsOf f = elixir(kTracker);
  EXPECT_TRUE(field(f, "Tracker", "seen")->only_gains());
  EXPECT_TRUE(field(f, "Tracker", "log")->only_gains());
  EXPECT_TRUE(field(f, "Tracker", "tags")->only_gains());
  EXPECT_TRUE(field(f, "Tracker", "open")->gains());
  EXPECT_TRUE(field(f, "Tracker", "open")->loses());
  EXPECT_FALSE(field(f, "Tracker", "last")->only_gains());
  EXPECT_FALSE(field(f, "Tracker", "count")->gains());
}

TEST(StateFields, WritesNameTheirHandlers) {
  const FactsOf f = elixir(kTracker);
  const auto* open = field(f, "Tracker", "open");
  ASSERT_NE(open, nullptr);
  bool found = false;
  for (const auto& write : open->writes) {
    if (model::display_function(f.program(), write.function) != "Tracker.open/2") continue;
    found = true;
    ASSERT_EQ(write.handlers.size(), 1u);
    EXPECT_EQ(f.facts().handler(write.handlers[0]).kind, analysis::HandlerKind::kCast);
    EXPECT_FALSE(write.initial);
  }
  EXPECT_TRUE(found);
}

TEST(StateFields, ErlangsRecordsAndTuplesAreRead) {
  const FactsOf f = erlang(R"(-module(a).
-behaviour(gen_server).
-export([init/1, handle_cast/2, handle_info/2]).
-record(state, {waiting = queue:new(), subs = dict:new(), names = #{}}).
init(_) -> {ok, #state{}}.
handle_cast({wait, W}, S) -> {noreply, S#state{waiting = queue:in(W, S#state.waiting)}};
handle_cast({sub, P}, #state{subs = Subs} = S) -> {noreply, S#state{subs = dict:store(P, 1, Subs)}};
handle_cast({name, N}, S) ->
    Names = maps:put(N, 1, S#state.names),
    {noreply, S#state{names = Names}}.
handle_info(next, S) ->
    {{value, W}, Q} = queue:out(S#state.waiting),
    W ! go,
    {noreply, S#state{waiting = Q}};
handle_info({gone, N}, S) -> {noreply, S#state{names = maps:remove(N, S#state.names)}}.
)");
  EXPECT_TRUE(field(f, "a", "subs")->only_gains());
  EXPECT_TRUE(field(f, "a", "waiting")->gains());
  EXPECT_FALSE(field(f, "a", "waiting")->only_gains());
  EXPECT_TRUE(field(f, "a", "names")->loses());
  const FactsOf g = erlang(R"(-module(a).
-behaviour(gen_server).
-export([init/1, handle_cast/2]).
init(_) -> {ok, {[], ets:new(t, [])}}.
handle_cast(X, {L, T}) -> {noreply, {[X | L], T}}.
)");
  EXPECT_EQ(state(g, "a").shape, analysis::StateShape::kTuple);
  EXPECT_TRUE(state(g, "a").element(0)->only_gains());
  EXPECT_FALSE(state(g, "a").element(1)->gains());
}

TEST(StateFields, AStateThatIsACollectionItselfIsOneField) {
  const FactsOf f = elixir(R"(defmodule A do
  use GenServer
  def init(_), do: {:ok, %{}}
  def handle_cast({:put, k, v}, state), do: {:noreply, Map.put(state, k, v)}
end
defmodule B do
  use GenServer
  def init(_), do: {:ok, []}
  def handle_cast({:put, v}, state), do: {:noreply, [v | state]}
  def handle_cast(:flush, _state), do: {:noreply, []}
end
)");
  ASSERT_NE(state(f, "A").whole(), nullptr);
  EXPECT_TRUE(state(f, "A").whole()->only_gains());
  ASSERT_NE(state(f, "B").whole(), nullptr);
  EXPECT_TRUE(state(f, "B").whole()->gains());
  EXPECT_TRUE(state(f, "B").whole()->loses());
}

TEST(StateFields, AssignsOfASocketAreItsFields) {
  const FactsOf f = elixir(R"(defmodule Live do
  use Phoenix.LiveView
  def mount(_p, _s, socket), do: {:ok, assign(socket, events: [], page: 1)}
  def handle_info({:event, e}, socket) do
    {:noreply, assign(socket, :events, [e | socket.assigns.events])}
  end
end
)");
  ASSERT_NE(field(f, "Live", "events"), nullptr);
  EXPECT_TRUE(field(f, "Live", "events")->only_gains());
  EXPECT_FALSE(field(f, "Live", "page")->gains());
}

TEST(StateFields, AnAgentsStateIsWhatItsClosuresMakeOfIt) {
  const FactsOf f = elixir(R"(defmodule Cache do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> %{} end, name: __MODULE__)
  def put(k, v), do: Agent.update(__MODULE__, &Map.put(&1, k, v))
  def get(k), do: Agent.get(__MODULE__, fn state -> Map.get(state, k) end)
end
defmodule Queue do
  use Agent
  def start_link(_), do: Agent.start_link(fn -> %{items: [], timer: nil} end, name: __MODULE__)
  def push(x), do: Agent.update(__MODULE__, fn s -> %{s | items: [x | s.items], timer: make_ref()} end)
  def pop, do: Agent.get_and_update(__MODULE__, fn %{items: [x | rest]} = s -> {x, %{s | items: rest}} end)
  def timer, do: Agent.get(__MODULE__, fn state -> keep(state.timer) end)
  defp keep(t), do: t
end
)");
  ASSERT_NE(state(f, "Cache").whole(), nullptr);
  EXPECT_TRUE(state(f, "Cache").whole()->only_gains());
  EXPECT_TRUE(field(f, "Queue", "items")->gains());
  EXPECT_TRUE(field(f, "Queue", "items")->loses());
  EXPECT_TRUE(values(f, "Queue.keep/1", "t").has(analysis::PossibleKind::kReference));
}

TEST(StateFields, WhatACollectionHoldsIsKnown) {
  const FactsOf f = elixir(R"(defmodule A do
  use GenServer
  def init(_), do: {:ok, %{names: %{}, refs: []}}
  def handle_cast({:frame, <<size::16, name::binary-size(size), _::binary>>, pid}, state) do
    ref = Process.monitor(pid)
    {:noreply, %{state | names: Map.put(state.names, name, ref), refs: [ref | state.refs]}}
  end
end
)");
  const auto names = analysis::possible_items_of_field(f.program(), f.facts(), *field(f, "A", "names"));
  EXPECT_TRUE(names.has(analysis::PossibleKind::kSlice));
  EXPECT_TRUE(names.has(analysis::PossibleKind::kMonitor));
  EXPECT_TRUE(
      analysis::possible_items_of_field(f.program(), f.facts(), *field(f, "A", "refs")).only(analysis::PossibleKind::kMonitor));
}

TEST(Closures, CodeOfCallersRunsInTheServer) {
  const FactsOf f = elixir(R"(defmodule Store do
  use GenServer
  def update(pid, fun), do: GenServer.call(pid, {:update, fun})
  def init(_), do: {:ok, %{doc: 1}}
  def handle_call({:update, fun}, _from, state), do: {:reply, :ok, apply_to(state, fun)}
  defp apply_to(state, fun), do: %{state | doc: fun.(state.doc)}
end
defmodule User do
  def go(pid), do: Store.update(pid, fn doc -> GenServer.call(pid, {:get, doc}) end)
end
)");
  const auto found = analysis::supplied_code(f.program(), f.facts());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].functions.message);
  EXPECT_TRUE(found[0].handler);
  ASSERT_TRUE(found[0].functions.only(analysis::PossibleKind::kFunction));
  const auto& fun = found[0].functions.all[0];
  EXPECT_EQ(analysis::calls_in_closure(f.program(), fun.function, fun.made.expr).size(), 1u);
}

TEST(Closures, ErlangsFunsRunWhereTheyAreSent) {
  const FactsOf f = erlang(R"(-module(a).
-behaviour(gen_server).
-export([run/1, init/1, handle_call/3]).
run(F) -> gen_server:call(?MODULE, {run, F}).
init(_) -> {ok, none}.
handle_call({run, F}, _From, S) -> {reply, F(S), S}.
)");
  const auto found = analysis::supplied_code(f.program(), f.facts());
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(analysis::display_values(f.program(), f.facts(), found[0].functions), "argument 1 of a:run/1");
}

TEST(Closures, WhatIsTakenAlongIsNamed) {
  const FactsOf f = elixir(R"(defmodule A do
  use GenServer
  def init(_), do: {:ok, %{id: 1}}
  def handle_info(:go, state) do
    id = state.id
    Task.start(fn -> work(state) end)
    Task.start(fn -> work(id) end)
    {:noreply, state}
  end
  defp work(x), do: x
end
)");
  const auto leaving = analysis::leaving_by(f.program(), f.facts(), f.function("A.handle_info/2"));
  ASSERT_EQ(leaving.size(), 2u);
  EXPECT_EQ(leaving[0].by, analysis::LeavesBy::kSpawn);
  EXPECT_TRUE(leaving[0].has_closure);
  ASSERT_NE(leaving[0].whole_state(), nullptr);
  EXPECT_EQ(leaving[1].whole_state(), nullptr);
  const FactsOf g = erlang(R"(-module(a).
-behaviour(gen_server).
-export([init/1, handle_info/2]).
init(_) -> {ok, #{}}.
handle_info(go, S) ->
    spawn(fun() -> io:format("~p", [S]) end),
    b ! {hello, S},
    erpc:cast(node(), fun() -> ok end),
    {noreply, S}.
)");
  const auto sent = analysis::leaving_by(g.program(), g.facts(), g.function("a:handle_info/2"));
  ASSERT_EQ(sent.size(), 3u);
  EXPECT_NE(sent[0].whole_state(), nullptr);
  EXPECT_NE(sent[1].whole_state(), nullptr);
  EXPECT_EQ(sent[1].by, analysis::LeavesBy::kMessage);
  EXPECT_TRUE(sent[2].has_closure);
}

TEST(Closures, RunningAFunctionValueHasItsEffects) {
  const FactsOf f = elixir(R"(defmodule Store do
  use GenServer
  def update(pid, fun), do: GenServer.call(pid, {:update, fun})
  def init(_), do: {:ok, 1}
  def handle_call({:update, fun}, _from, state), do: {:reply, :ok, fun.(state)}
end
defmodule User do
  def go(pid), do: Store.update(pid, fn _ -> File.read!("a") end)
  def stay(pid), do: Store.update(pid, &load/1)
  defp load(_), do: Process.sleep(10)
end
)");
  const auto found = analysis::supplied_code(f.program(), f.facts());
  ASSERT_EQ(found.size(), 1u);
  analysis::EffectSet all;
  for (const auto& value : found[0].functions.all)
    all.bits |= analysis::effects_of_running(f.program(), f.facts(), value).effects.bits;
  EXPECT_TRUE(all.has(analysis::Effect::kFile));
  EXPECT_TRUE(all.has(analysis::Effect::kSleep));
}

TEST(Closures, SlicesAreFoundInsideOfWhatIsKept) {
  const FactsOf f = elixir(R"(defmodule A do
  def keep(<<size::16, name::binary-size(size), _::binary>>, table) do
    entry = %{name: name}
    :ets.insert(table, {size, entry})
    :ets.insert(table, {size, :binary.copy(name)})
    :persistent_term.put(:last, build(name))
  end
  defp build(name), do: {:name, name}
end
)");
  const auto kept = analysis::leaving_by(f.program(), f.facts(), f.function("A.keep/2"));
  ASSERT_EQ(kept.size(), 3u);
  const auto holds = [&](std::size_t i) {
    return analysis::everything_in(f.program(), f.facts(), kept[i].function, kept[i].term).has(analysis::PossibleKind::kSlice);
  };
  EXPECT_EQ(kept[0].by, analysis::LeavesBy::kTable);
  EXPECT_TRUE(holds(0));
  EXPECT_FALSE(holds(1));
  EXPECT_EQ(kept[2].by, analysis::LeavesBy::kTerm);
  EXPECT_TRUE(holds(2));
}

TEST(PossibleValues, AMessageToAPidInTheStateFindsItsReceiver) {
  const FactsOf f = elixir(R"(defmodule Boss do
  use GenServer
  def init(_) do
    {:ok, pid} = Worker.start_link([])
    {:ok, %{worker: pid}}
  end
  def handle_cast(:go, state) do
    send(state.worker, {:job, 1})
    {:noreply, state}
  end
end
defmodule Worker do
  use GenServer
  def start_link(x), do: GenServer.start_link(__MODULE__, x)
  def init(x), do: {:ok, x}
  def handle_info({:job, _}, s), do: {:noreply, s}
end
)");
  ASSERT_EQ(f.facts().messages.messages.size(), 1u);
  const auto receiver = analysis::receiver_behind(f.program(), f.facts(), f.facts().messages.messages[0]);
  ASSERT_TRUE(receiver);
  EXPECT_EQ(&f.facts().process(receiver), f.process("Worker"));
}

TEST(Messages, RowsOfTablesAreNoMessages) {
  const FactsOf f = elixir(R"(defmodule Cart do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: :cart)
  def init(_), do: {:ok, :ets.new(:cart, [:named_table])}
  def handle_info({:put, _}, t), do: {:noreply, t}
  def put(x), do: :ets.insert(:cart, {:put, x})
end
)");
  EXPECT_TRUE(f.messages_to("Cart").empty());
}

TEST(Input, TextIsFollowedThroughMessagesAndTheState) {
  const FactsOf f = elixir(R"(defmodule Web do
  use Phoenix.Controller
  def show(conn, params), do: Names.add(conn, params["name"])
end
defmodule Names do
  use GenServer
  def add(_conn, name), do: GenServer.cast(__MODULE__, {:add, name})
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def init(_), do: {:ok, %{name: nil}}
  def handle_cast({:add, name}, state), do: {:noreply, %{state | name: name}}
  def handle_info(:tick, state) do
    kept = state.name
    {:noreply, intern(state, kept)}
  end
  defp intern(state, text), do: Map.put(state, :atom, String.to_atom(text))
end
)");
  const auto origin =
      analysis::text_origin_of(f.program(), f.facts(), f.function("Names.intern/2"), last_use(f, "Names.intern/2", "text"));
  EXPECT_EQ(origin.kind, analysis::TextOriginKind::kOutside);
  std::string words;
  for (const auto& step : origin.path) words += step.message + "\n";
  EXPECT_NE(words.find("sends it to"), std::string::npos) << words;
  EXPECT_NE(words.find("kept in the state as name"), std::string::npos) << words;
}

// z_db:q("select …", …) is no question for the parameter of a request, and rows are not made of what they are asked for by.
TEST(Input, RowsOfADatabaseAreNotWhatTheyAreAskedForBy) {
  const FactsOf f = elixir(R"(defmodule Names do
  def show(conn), do: conn.params["shop"] |> rows() |> Enum.map(fn name -> String.to_atom(name) end)
  defp rows(shop), do: Names.Db.q("select name from currency where shop = $1", [shop])
end
defmodule Names.Db do
  def q(sql, arguments), do: Postgrex.query!(:names, sql, arguments).rows
end
)");
  const auto asked = [&](const std::string& function, const std::string& variable) {
    return analysis::text_origin_of(f.program(), f.facts(), f.function(function), last_use(f, function, variable)).kind;
  };
  EXPECT_LT(asked("Names.show/1", "name"), analysis::TextOriginKind::kText);
}

}  // namespace
}  // namespace beamwright::tests
