#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Count;
using analysis::HandlerKind;
using analysis::Reply;
using Names = std::vector<std::string>;

constexpr const char* kCart = R"(defmodule Shop.Cart do
  use GenServer

  def start_link(opts), do: GenServer.start_link(__MODULE__, opts, name: __MODULE__)
  def get(key), do: GenServer.call(__MODULE__, {:get, key})
  def put(pid, key), do: GenServer.cast(pid, {:put, key})

  def init(_), do: {:ok, %{}}

  def handle_call({:get, key}, _from, state), do: {:reply, state[key], state}
  def handle_call(:drop, from, state) do
    GenServer.reply(from, :ok)
    {:noreply, %{}}
  end
  def handle_cast({:put, key}, state), do: {:noreply, Map.put(state, key, true)}
  def handle_info(:tick, %{a: 1} = state) do
    if state.a > 1, do: {:noreply, state}, else: {:stop, :normal, state}
  end
  def handle_info(_other, state), do: {:noreply, state}
end
)";

TEST(Processes, AGenServerWithAFixedNameIsOne) {
  const FactsOf f(std::vector<Text>{{"lib/cart.ex", kCart}});
  const auto* p = f.process("Shop.Cart");
  ASSERT_NE(p, nullptr);
  EXPECT_EQ(p->kind, analysis::ProcessKind::kGenServer);
  EXPECT_EQ(p->count, Count::kOne);
  ASSERT_EQ(p->names.size(), 1u);
  EXPECT_EQ(p->names[0].text(), "Elixir.Shop.Cart");
}

TEST(Processes, NamesOfErlangServersAreRead) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([start_link/0, init/1]).
start_link() -> gen_server:start_link({local, the_a}, ?MODULE, [], []).
init([]) -> process_flag(trap_exit, true), {ok, []}.
)"},
                                    {"src/b.erl", R"(-module(b).
-behaviour(gen_server).
-export([start_link/1, init/1]).
start_link(Arg) -> gen_server:start_link(?MODULE, Arg, []).
init(Arg) -> {ok, Arg}.
)"}});
  EXPECT_EQ(f.process("a")->count, Count::kOne);
  EXPECT_TRUE(f.process("a")->traps_exits);
  EXPECT_NE(f.process("b")->count, Count::kOne);
  EXPECT_FALSE(f.process("b")->traps_exits);
}

TEST(Processes, ADefaultNameCountsAsTheName) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  use GenServer
  def start_link(name \\ __MODULE__), do: GenServer.start_link(__MODULE__, [], name: name)
  def init(x), do: {:ok, x}
end
)"}});
  EXPECT_EQ(f.process("A")->count, Count::kOne);
}

TEST(Processes, ABehaviourThatUseBringsInCounts) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule My.Server do
  defmacro __using__(_) do
    quote do
      use GenServer
    end
  end
end
defmodule My.Thing do
  use My.Server
  def init(x), do: {:ok, x}
end
)"}});
  ASSERT_NE(f.process("My.Thing"), nullptr);
  EXPECT_EQ(f.process("My.Thing")->kind, analysis::ProcessKind::kGenServer);
  EXPECT_EQ(f.process("My.Server"), nullptr);
}

TEST(Handlers, SayWhatTheyReplyAndWhetherTheyChangeTheState) {
  const FactsOf f(std::vector<Text>{{"lib/cart.ex", kCart}});
  const auto calls = f.handlers("Shop.Cart", HandlerKind::kCall);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].reply, Reply::kReply);
  EXPECT_FALSE(calls[0].changes_state);
  EXPECT_EQ(calls[1].reply, Reply::kNoReply);
  EXPECT_TRUE(calls[1].changes_state);
  const auto infos = f.handlers("Shop.Cart", HandlerKind::kInfo);
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_FALSE(infos[0].changes_state);
  EXPECT_FALSE(infos[0].catch_all);
  EXPECT_TRUE(infos[1].catch_all);
}

TEST(Handlers, AHelperThatReturnsTheTupleIsRead) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([init/1, handle_call/3]).
init([]) -> {ok, []}.
handle_call(look, _From, State) -> look(State);
handle_call(set, _From, State) -> set(State).
look(State) -> {reply, State, State}.
set(State) -> {reply, ok, [x | State]}.
)"}});
  const auto calls = f.handlers("a", HandlerKind::kCall);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_FALSE(calls[0].changes_state);
  EXPECT_TRUE(calls[1].changes_state);
}

TEST(Handlers, StatesOfAGenFsmAreFunctionsOfTwoOrThreeArguments) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_fsm).
-export([init/1, idle/2, idle/3]).
init([]) -> {ok, idle, []}.
idle(go, Data) -> {next_state, idle, Data}.
idle({ask, X}, _From, Data) -> {reply, X, idle, Data}.
)"}});
  EXPECT_EQ(f.handlers("a", HandlerKind::kCast).size(), 1u);
  EXPECT_EQ(f.handlers("a", HandlerKind::kCall).size(), 1u);
}

TEST(Handlers, AFunctionThatIsSpawnedByItsNameIsNoStateOfAGenFsm) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_fsm).
-export([init/1, idle/2, relay/3]).
init([]) -> {ok, idle, []}.
idle({go, From, To}, Data) -> spawn_link(?MODULE, relay, [From, To, Data]), {next_state, idle, Data}.
relay(From, To, Data) -> relay(From, To, Data).
)"}});
  EXPECT_EQ(f.handlers("a", HandlerKind::kCast).size(), 1u);
  EXPECT_EQ(f.handlers("a", HandlerKind::kCall).size(), 0u);
}

TEST(Processes, ANameThatASpawnedProcessRegistersIsNotTheServers) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([start_link/0, start_copier/0, start_mover/0, init/1]).
start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
start_copier() -> proc_lib:spawn_link(fun() -> register(copier, self()), loop() end).
start_mover() -> register(mover, spawn_link(fun loop/0)).
loop() -> receive stop -> ok end.
init([]) -> {ok, []}.
)"}});
  ASSERT_EQ(f.process("a")->names.size(), 1u);
  EXPECT_EQ(f.process("a")->names[0].text(), "a");
}

TEST(Messages, PassAClauseThatIsForOneStateOnly) {
  const FactsOf f(std::vector<Text>{{"lib/cart.ex", R"(defmodule Shop.Cart do
  use GenServer
  def start_link(_), do: GenServer.start_link(__MODULE__, [], name: __MODULE__)
  def get(key), do: GenServer.call(__MODULE__, {:get, key})
  def init(_), do: {:ok, :not_loaded}
  def handle_call(_msg, _from, :not_loaded = state), do: {:reply, :error, state}
  def handle_call({:get, key}, _from, %{items: items} = state), do: {:reply, items[key], state}
end
)"}});
  const auto calls = f.handlers("Shop.Cart", HandlerKind::kCall);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_FALSE(calls[0].any_state);
  EXPECT_TRUE(calls[1].any_state);
}

TEST(Handlers, AnInterfaceFunctionOfTheArityOfAStateIsNone) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_fsm).
-compile({nowarn_deprecated_function, [{gen_fsm, start, 4}]}).
-export([start/2, ask/3, init/1, idle/2]).
start(Items, Speed) -> gen_fsm:start({local, ?MODULE}, ?MODULE, {Items, Speed}, []).
ask(Pid, X, Timeout) -> gen_fsm:sync_send_all_state_event(Pid, {question, X}, Timeout).
init(_) -> {ok, idle, []}.
idle(go, Data) -> {next_state, idle, Data}.
)"}});
  EXPECT_EQ(f.handlers("a", HandlerKind::kCast).size(), 1u);
  EXPECT_TRUE(f.handlers("a", HandlerKind::kCall).empty());
}

TEST(Messages, ClientFunctionsSendToTheirOwnProcess) {
  const FactsOf f(std::vector<Text>{{"lib/cart.ex", kCart}});
  EXPECT_EQ(f.messages_to("Shop.Cart"), (Names{"call get/2 from Shop.Cart.get/1", "cast put/2 from Shop.Cart.put/2"}));
}

TEST(Messages, AreReadFromTheCallersOfAGenericWrapper) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([start_link/0, size/0, add/1, init/1, handle_call/3]).
start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
size() -> call(size).
add(X) -> call({add, X}).
call(Request) -> gen_server:call(?MODULE, Request, infinity).
init([]) -> {ok, []}.
handle_call(size, _From, S) -> {reply, length(S), S};
handle_call({add, X}, _From, S) -> {reply, ok, [X | S]}.
)"}});
  EXPECT_EQ(f.messages_to("a"), (Names{"call add/2 from a:add/1", "call size/0 from a:size/0"}));
}

TEST(Messages, ARequestThatOneProcessAloneTakesReachesItThroughAnyPid) {
  const FactsOf f(std::vector<Text>{{"lib/cart.ex", kCart}, {"lib/other.ex", R"(defmodule Shop.Other do
  def peek(state), do: GenServer.call(state.cart, {:get, 1})
  def unknown(state), do: GenServer.call(state.cart, {:nobody_takes_this, 1})
end
)"}});
  const Names to = f.messages_to("Shop.Cart");
  EXPECT_NE(std::find(to.begin(), to.end(), "call get/2 from Shop.Other.peek/1"), to.end());
  EXPECT_EQ(to.size(), 3u);
}

TEST(Contexts, SayWhoRunsAFunction) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A.Application do
  use Application
  def start(_type, _args), do: A.Boot.run()
end
defmodule A.Boot do
  def run, do: :ok
end
defmodule Mix.Tasks.A do
  use Mix.Task
  def run(_args), do: A.Tool.run()
end
defmodule A.Tool do
  def run, do: :ok
end
defmodule A.Server do
  use GenServer
  def init(x), do: {:ok, x}
  def handle_info(:tick, state), do: {:noreply, work(state)}
  def terminate(_reason, state), do: close(state)
  defp work(state), do: state
  defp close(state), do: state
end
)"}});
  EXPECT_TRUE(f.context("A.Boot.run/0") & analysis::kInBoot);
  EXPECT_TRUE(f.context("A.Tool.run/0") & analysis::kInTool);
  EXPECT_TRUE(f.context("A.Server.close/1") & analysis::kInShutdown);
  const auto& work = f.facts().contexts.of(f.function("A.Server.work/1"));
  ASSERT_EQ(work.processes.size(), 1u);
  EXPECT_EQ(&f.facts().process(work.processes[0]), f.process("A.Server"));
}

TEST(Contexts, AnInterfaceThatOnlyTestsCallIsEnteredFromOutside) {
  const FactsOf f(std::vector<Text>{{"src/names.erl", R"(-module(names).
-export([await/1, await_test_/0]).
await(Key) -> wait(Key).
wait(Key) -> gen_server:call(names, Key).
await_test_() -> [fun tried/0].
tried() -> await(key).
)"}});
  EXPECT_NE(f.context("names:await/1") & analysis::kFromOutside, 0);
  EXPECT_NE(f.context("names:wait/1") & analysis::kFromOutside, 0);
}

TEST(Processes, AModuleThatStartsItselfIsAServerWithoutSayingSo) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A.Beat do
  def start_link(x), do: GenServer.start_link(__MODULE__, x)
  def init(x), do: {:ok, x}
  def handle_info(:timeout, x), do: {:noreply, x}
end
)"},
                                    {"src/b.erl", R"(-module(b).
-export([start_link/0, init/1, handle_cast/2]).
start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).
init(X) -> {ok, X}.
handle_cast(_, X) -> {noreply, X}.
)"}});
  ASSERT_NE(f.process("A.Beat"), nullptr);
  EXPECT_EQ(f.handlers("A.Beat", analysis::HandlerKind::kInfo).size(), 1u);
  ASSERT_NE(f.process("b"), nullptr);
  EXPECT_EQ(f.process("b")->count, analysis::Count::kOne);
}

TEST(Supervisors, AreReadInBothLanguages) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A.Sup do
  use Supervisor
  def init(_) do
    children = [A.One, {A.Two, []}, %{id: :x, start: {A.Three, :start_link, []}, restart: :transient}] ++ more()
    opts = [strategy: :rest_for_one, max_restarts: 10]
    Supervisor.init(children, opts)
  end
  defp more, do: [A.Four]
end
)"},
                                    {"src/b_sup.erl", R"(-module(b_sup).
-behaviour(supervisor).
-export([init/1]).
init([]) ->
    Flags = #{strategy => one_for_all, intensity => 2, period => 30},
    {ok, {Flags, [#{id => w, start => {worker, start_link, []}}, {old, {older, start_link, []}, temporary, 5000, worker, [older]}]}}.
)"}});
  ASSERT_EQ(f.facts().supervisors.size(), 2u);
  const auto& elixir = f.facts().supervisors[0];
  EXPECT_EQ(elixir.strategy, sym::rest_for_one);
  EXPECT_EQ(elixir.intensity, 10);
  EXPECT_EQ(elixir.period, 5);
  EXPECT_TRUE(elixir.children_known);
  ASSERT_EQ(elixir.children.size(), 4u);
  EXPECT_EQ(elixir.children[1].module_name.text(), "Elixir.A.Two");
  EXPECT_EQ(elixir.children[2].restart, sym::transient);
  EXPECT_EQ(elixir.children[3].module_name.text(), "Elixir.A.Four");
  const auto& erlang = f.facts().supervisors[1];
  EXPECT_EQ(erlang.strategy, sym::one_for_all);
  EXPECT_EQ(erlang.intensity, 2);
  EXPECT_EQ(erlang.period, 30);
  ASSERT_EQ(erlang.children.size(), 2u);
  EXPECT_EQ(erlang.children[0].restart, sym::permanent);
  EXPECT_EQ(erlang.children[1].restart, sym::temporary);
  EXPECT_EQ(erlang.children[1].module_name.text(), "older");
}

}  // namespace
}  // namespace beamwright::tests
