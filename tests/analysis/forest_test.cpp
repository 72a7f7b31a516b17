// The supervision forest of small systems, in both languages.
#include "analysis/forest.h"

#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Forest;
using analysis::Origin;
using analysis::Presence;
using analysis::Tree;
using analysis::TreeChild;
using Lines = std::vector<std::string>;

class ForestOf {
 public:
  template <typename... Texts>
  explicit ForestOf(const Text& first, const Texts&... others) : facts_(std::vector<Text>{first, others...}) {}

  const Forest& forest() const { return analysis::forest_of(facts_.program(), facts_.facts()); }
  const Tree* named(const std::string& name) const {
    for (const Tree& tree : forest().trees)
      if (tree.name.text() == name) return &tree;
    return nullptr;
  }
  // "cart Cart.start_link/1 permanent 5000 worker perhaps": what is not known is a ?.
  Lines children(const std::string& tree) const {
    Lines lines;
    const Tree* found = named(tree);
    if (found == nullptr) return {"no supervisor of that name"};
    for (const TreeChild& c : found->children) lines.push_back(line(c));
    return lines;
  }

 private:
  static std::string known(Symbol s) { return s ? std::string(s.text()) : "?"; }
  static std::string line(const TreeChild& c) {
    const std::string arity = c.start_arity < 0 ? "?" : std::to_string(c.start_arity);
    std::string out = (c.id.empty() ? "?" : c.id) + " " + (c.start_module ? model::display_module(c.start_module) : "?") + "." +
                      known(c.start_function) + "/" + arity + " " + known(c.restart) + " " +
                      (c.shutdown.empty() ? "?" : c.shutdown) + " " + known(c.type);
    if (c.presence == Presence::kPerhaps) out += " perhaps";
    if (c.presence == Presence::kMany) out += " many";
    if (c.origin == Origin::kAdded) out += " added";
    return out;
  }

  FactsOf facts_;
};

constexpr const char* kWorkers = R"(
defmodule Shop.Cart do
  use GenServer, restart: :transient, shutdown: 10_000
  def start_link(arg), do: GenServer.start_link(__MODULE__, arg, name: __MODULE__)
  def init(arg), do: {:ok, arg}
end
defmodule Shop.Stock do
  use GenServer
  def start_link(arg), do: GenServer.start_link(__MODULE__, arg)
  def init(arg), do: {:ok, arg}
end
)";

TEST(Forest, FollowsAnElixirApplicationToItsChildrenInOrder) {
  const ForestOf shop(Text{"lib/app.ex", R"(
defmodule Shop.Application do
  use Application
  @tasks {Task.Supervisor, name: Shop.Tasks}
  def start(_type, _args) do
    children = [Shop.Cart, @tasks, Supervisor.child_spec({Shop.Stock, 1}, id: :stock, restart: :temporary)] ++ extra()
    children = if Application.get_env(:shop, :more), do: children ++ [{Registry, keys: :unique, name: Shop.Names}], else: children
    Supervisor.start_link(children, strategy: :rest_for_one, max_restarts: 7, name: Shop.Supervisor)
  end
  defp extra, do: for(n <- [:a, :b], do: %{id: n, start: {Shop.Stock, :start_link, [n]}, shutdown: :brutal_kill})
end
)"},
                      Text{"lib/workers.ex", kWorkers});
  EXPECT_EQ(
      shop.children("Elixir.Shop.Supervisor"),
      (Lines{"'Elixir.Shop.Cart' Shop.Cart.start_link/1 transient 10000 worker",
             "'Elixir.Shop.Tasks' Task.Supervisor.start_link/1 permanent infinity supervisor",
             "stock Shop.Stock.start_link/1 temporary 5000 worker", "a Shop.Stock.start_link/1 permanent brutal_kill worker",
             "b Shop.Stock.start_link/1 permanent brutal_kill worker",
             "'Elixir.Shop.Names' Registry.start_link/1 permanent infinity supervisor perhaps"}));
  const Tree* tree = shop.named("Elixir.Shop.Supervisor");
  ASSERT_NE(tree, nullptr);
  EXPECT_EQ(tree->strategy.text(), "rest_for_one");
  EXPECT_EQ(tree->intensity, 7);
  EXPECT_EQ(tree->period, 5);
  EXPECT_TRUE(tree->complete);
  EXPECT_EQ(tree->children[0].name.text(), "Elixir.Shop.Cart");
}

TEST(Forest, FollowsErlangsStartFunctionsAndHelpersAcrossModules) {
  const ForestOf shop(Text{"src/pay_app.erl", R"(-module(pay_app).
-behaviour(application).
-export([start/2]).
start(_, _) -> case pay_sup:start_link() of {ok, Pid} -> {ok, Pid, []}; Error -> Error end.
)"},
                      Text{"src/pay_sup.erl", R"(-module(pay_sup).
-behaviour(supervisor).
-export([start_link/0, init/1]).
start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).
init([]) ->
    Peer = case application:get_env(pay, peer) of {ok, true} -> [pay_specs:worker(pay_peer)]; _ -> [] end,
    {ok, {{one_for_one, 3, 10}, lists:map(fun(M) -> pay_specs:worker(M) end, [pay_a, pay_b]) ++ Peer ++ [pay_specs:pool(pay_pool)]}}.
)"},
                      Text{"src/pay_specs.erl", R"(-module(pay_specs).
-export([worker/1, pool/1]).
worker(M) -> {M, {M, start_link, []}, permanent, timer:seconds(2), worker, [M]}.
pool(Name) ->
    Sup = list_to_atom(atom_to_list(Name) ++ "_sup"),
    #{id => Sup, start => {pay_pool, start_link, [Sup]}, type => supervisor}.
)"},
                      Text{"src/pay_pool.erl", R"(-module(pay_pool).
-behaviour(supervisor).
-export([start_link/1, init/1]).
start_link(Name) -> supervisor:start_link({local, Name}, ?MODULE, {Name, 5}).
init({Name, N}) -> {ok, {#{strategy => simple_one_for_one, intensity => N}, [#{id => Name, start => {pay_worker, start_link, []}}]}}.
)"});
  EXPECT_EQ(shop.children("pay_sup"),
            (Lines{"pay_a pay_a.start_link/0 permanent 2000 worker", "pay_b pay_b.start_link/0 permanent 2000 worker",
                   "pay_peer pay_peer.start_link/0 permanent 2000 worker perhaps",
                   "pay_pool_sup pay_pool.start_link/1 permanent infinity supervisor"}));
  const Tree* pool = shop.named("pay_pool_sup");
  ASSERT_NE(pool, nullptr);
  EXPECT_TRUE(pool->dynamic);
  EXPECT_EQ(pool->intensity, 5);
  EXPECT_EQ(shop.children("pay_pool_sup"), (Lines{"pay_pool_sup pay_worker.start_link/0 permanent 5000 worker many"}));
}

TEST(Forest, HangsChildrenThatWrappersAndBootSequencesAddUnderTheNamedSupervisor) {
  const ForestOf shop(Text{"src/base_app.erl", R"(-module(base_app).
-behaviour(application).
-boot_step({metrics, [{mfa, {base_sup, start_child, [base_metrics]}}]}).
-export([start/2, boot/0]).
start(_, _) -> base_sup:start_link().
boot() -> ok = base_sup:start_child(base_alarm).
)"},
                      Text{"src/base_sup.erl", R"(-module(base_sup).
-behaviour(supervisor).
-export([start_link/0, start_child/1, init/1]).
start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, []).
start_child(Mod) -> start_child(Mod, Mod).
start_child(Id, Mod) -> supervisor:start_child(?MODULE, {Id, {Mod, start_link, []}, transient, 100, worker, [Mod]}).
init([]) -> {ok, {{one_for_all, 0, 1}, []}}.
)"});
  Lines lines = shop.children("base_sup");
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (Lines{"base_alarm base_alarm.start_link/0 transient 100 worker perhaps added",
                          "base_metrics base_metrics.start_link/0 transient 100 worker perhaps added"}));
}

TEST(Forest, HangsTheChildrenOfADynamicSupervisorUnderIt) {
  const ForestOf forest(Text{"lib/workers.ex", kWorkers}, Text{"lib/a.ex", R"(
defmodule Shop.Application do
  use Application
  def start(_, _), do: Supervisor.start_link([{DynamicSupervisor, name: Shop.Carts}], strategy: :one_for_one, name: Shop.Top)
end
defmodule Shop.Visits do
  def cart_of(session), do: DynamicSupervisor.start_child(Shop.Carts, {Shop.Cart, session})
  def any(spec), do: DynamicSupervisor.start_child(Shop.Carts, spec)
end
)"});
  EXPECT_EQ(forest.children("Elixir.Shop.Carts"),
            (Lines{"'Elixir.Shop.Cart' Shop.Cart.start_link/1 transient 10000 worker many added"}));
}

TEST(Forest, ReadsTheFunctionsThatUseSupervisorImports) {
  const ForestOf forest({"lib/shop.ex", std::string(kWorkers) + R"(
defmodule Shop.Application do
  use Application
  def start(_type, _args), do: Shop.Supervisor.start_link(1)
end
defmodule Shop.Supervisor do
  use Supervisor
  def start_link(arg), do: Supervisor.start_link(__MODULE__, arg, name: __MODULE__)
  def init(arg) do
    children = [worker(Shop.Cart, [arg], id: :cart), supervisor(Shop.Stock, [arg], restart: :temporary)]
    supervise(children, strategy: :rest_for_one)
  end
end
)"});
  ASSERT_NE(forest.named("Elixir.Shop.Supervisor"), nullptr);
  EXPECT_EQ(forest.named("Elixir.Shop.Supervisor")->strategy.text(), "rest_for_one");
  EXPECT_EQ(forest.children("Elixir.Shop.Supervisor"),
            (Lines{"cart Shop.Cart.start_link/1 permanent 5000 worker",
                   "'Elixir.Shop.Stock' Shop.Stock.start_link/1 temporary infinity supervisor"}));
}

TEST(Forest, LeavesUnknownWhatConfigurationDecides) {
  const ForestOf shop(Text{"lib/app.ex", R"(
defmodule Shop.Application do
  use Application
  def start(_type, _args) do
    Supervisor.start_link(Application.get_env(:shop, :children) ++ [Shop.Cart, {Shop.Library, []}],
      strategy: Application.fetch_env!(:shop, :strategy), name: Shop.Supervisor)
  end
end
)"},
                      Text{"lib/workers.ex", kWorkers});
  const Tree* tree = shop.named("Elixir.Shop.Supervisor");
  ASSERT_NE(tree, nullptr);
  EXPECT_FALSE(tree->complete);
  EXPECT_FALSE(tree->strategy);
  EXPECT_EQ(shop.children("Elixir.Shop.Supervisor"),
            (Lines{"'Elixir.Shop.Cart' Shop.Cart.start_link/1 transient 10000 worker", "? Shop.Library.?/? ? ? ?"}));
}

// Three ways in which projects leave children out by their configuration: a filter over the list, a function that gives the
// module or nothing, and a port that is looked for, at whatever cost, before the list is put together.
TEST(Forest, HoldsChildrenThatConfigurationMayLeaveOutAsConditionalInTheirOrder) {
  const ForestOf shop(Text{"lib/app.ex", R"(
defmodule Shop.Application do
  use Application
  def start(_type, _args) do
    port = Shop.Ports.find([:upnp, :pmp, :nat, :other, :more, :last], Application.get_env(:shop, :port))
    children = [{Shop.Cart, port: port}, {Task.Supervisor, name: Shop.Tasks}]
    Supervisor.start_link(Shop.Ports.configurable(children) ++ perhaps(), strategy: :rest_for_one, name: Shop.Supervisor)
  end
  defp perhaps, do: List.flatten([configure(Shop.Stock), Shop.Stock])
  defp configure(module), do: if(Application.get_env(:shop, module, [])[:enabled] == true, do: module, else: [])
end
defmodule Shop.Ports do
  def configurable(children) do
    children
    |> Enum.filter(fn {process, _} -> enabled?(process); process -> enabled?(process) end)
    |> Enum.map(fn {process, args} -> Supervisor.child_spec({process, args}, []); process -> Supervisor.child_spec({process, []}, []) end)
  end
  defp enabled?(process), do: Application.get_env(:shop, process, [])[:enabled] != false
  def find([], port), do: port
  def find([way | ways], port) do
    case way.open(port) do
      {:ok, found} -> found
      {:error, :timeout} -> find(ways, port + 1)
      {:error, :closed} -> find(ways, port + 2)
      {:error, :taken} -> find(ways, port + 3)
      {:error, :no_nat} -> find(ways, port + 4)
      {:error, :refused} -> find(ways, port + 5)
      {:error, :unreachable} -> find(ways, port + 6)
      {:error, _} -> find(ways, port + 7)
    end
  end
end
)"},
                      Text{"lib/workers.ex", kWorkers});
  EXPECT_EQ(shop.children("Elixir.Shop.Supervisor"),
            (Lines{"'Elixir.Shop.Cart' Shop.Cart.start_link/1 transient 10000 worker perhaps",
                   "'Elixir.Shop.Tasks' Task.Supervisor.start_link/1 permanent infinity supervisor perhaps",
                   "'Elixir.Shop.Stock' Shop.Stock.start_link/1 permanent 5000 worker perhaps",
                   "'Elixir.Shop.Stock' Shop.Stock.start_link/1 permanent 5000 worker"}));
}

TEST(Forest, StartsATemplateWithTheArgumentsOfStartChild) {
  const ForestOf shop(Text{"src/pay_app.erl", R"(-module(pay_app).
-behaviour(application).
-export([start/2]).
start(_, _) -> pay_pools:start_link().
)"},
                      Text{"src/pay_pools.erl", R"(-module(pay_pools).
-behaviour(supervisor).
-export([start_link/0, add/2, init/1]).
start_link() -> supervisor:start_link({local, ?MODULE}, ?MODULE, pools).
add(Host, Size) -> supervisor:start_child(?MODULE, [{pool, Host, Size}]).
init(pools) -> {ok, {{simple_one_for_one, 1, 5}, [{pool, {supervisor, start_link, [?MODULE]}, transient, infinity, supervisor, []}]}};
init({pool, Host, Size}) -> {ok, {{one_for_one, 5, 10}, [{I, {pay_line, start_link, [Host]}, permanent, 50, worker, []} || I <- lists:seq(1, Size)]}}.
)"});
  const Tree* pools = shop.named("pay_pools");
  ASSERT_NE(pools, nullptr);
  ASSERT_EQ(pools->children.size(), 1u);
  ASSERT_TRUE(pools->children[0].tree);
  const Tree& pool = shop.forest().tree(pools->children[0].tree);
  EXPECT_EQ(pool.strategy.text(), "one_for_one");
  ASSERT_EQ(pool.children.size(), 1u);
  EXPECT_EQ(pool.children[0].start_module.text(), "pay_line");
  EXPECT_EQ(pool.children[0].presence, Presence::kMany);
}

// Which supervisor start_child means is not known here; that one start function alone can be meant is.
TEST(Forest, StartsATemplateWithWhatNobodyKnowsWhereOneFunctionCanBeMeant) {
  const ForestOf shop(Text{"src/pay_app.erl", R"(-module(pay_app).
-behaviour(application).
-export([start/2]).
start(_, _) -> shard_sup:start_link(main).
)"},
                      Text{"src/shard_sup.erl", R"(-module(shard_sup).
-behaviour(supervisor).
-export([start_link/1, add/2, init/1]).
start_link(Db) -> supervisor:start_link({local, shards}, ?MODULE, {all, Db}).
start_shard(Db, Shard) -> supervisor:start_link(?MODULE, {one, Db, Shard}).
add(Db, Shard) -> supervisor:start_child({via, shard_names, Db}, [Shard]).
init({all, Db}) -> {ok, {{simple_one_for_one, 1, 5}, [{shard, {?MODULE, start_shard, [Db]}, transient, infinity, supervisor, []}]}};
init({one, Db, Shard}) -> {ok, {{one_for_all, 5, 10}, [{store, {shard_store, start_link, [Db, Shard]}, permanent, 50, worker, []}]}}.
)"});
  const Tree* shards = shop.named("shards");
  ASSERT_NE(shards, nullptr);
  ASSERT_EQ(shards->children.size(), 1u);
  ASSERT_TRUE(shards->children[0].tree);
  EXPECT_EQ(shop.forest().tree(shards->children[0].tree).strategy.text(), "one_for_all");
  EXPECT_TRUE(shop.forest().loose.empty());
}

TEST(Forest, ReadsASupervisorLibraryOfTheSourcesLikeOtps) {
  const ForestOf shop(Text{"src/my_sup.erl", R"(-module(my_sup).
-behaviour(gen_server).
-export([start_link/2, start_link/3, which_children/1, start_child/2, terminate_child/2, delete_child/2, init/1]).
start_link(Mod, Args) -> gen_server:start_link(?MODULE, {self, Mod, Args}, []).
start_link(Name, Mod, Args) -> gen_server:start_link(Name, ?MODULE, {Name, Mod, Args}, []).
which_children(S) -> gen_server:call(S, which_children).
start_child(S, C) -> gen_server:call(S, {start_child, C}).
terminate_child(S, C) -> gen_server:call(S, {terminate_child, C}).
delete_child(S, C) -> gen_server:call(S, {delete_child, C}).
init(State) -> {ok, State}.
)"},
                      Text{"src/pay_app.erl", R"(-module(pay_app).
-behaviour(application).
-export([start/2, init/1]).
start(_, _) -> my_sup:start_link({local, pay_top}, ?MODULE, []).
init([]) -> {ok, {{one_for_one, 1, 2}, [{w, {pay_w, start_link, []}, permanent, 50, worker, [pay_w]}]}}.
)"});
  EXPECT_EQ(shop.children("pay_top"), (Lines{"w pay_w.start_link/0 permanent 50 worker"}));
}

TEST(Forest, ListsSupervisorsThatNoApplicationStartsByThemselves) {
  const ForestOf shop(Text{"src/lone_sup.erl", R"(-module(lone_sup).
-behaviour(supervisor).
-export([init/1]).
init(N) -> {ok, {{one_for_one, N, 2}, [{w, {pay_w, start_link, [N]}, permanent, 50, worker, [pay_w]}]}}.
)"});
  ASSERT_EQ(shop.forest().loose.size(), 1u);
  const Tree& tree = shop.forest().tree(shop.forest().loose[0]);
  EXPECT_EQ(tree.module.text(), "lone_sup");
  EXPECT_EQ(tree.intensity, -1);
  EXPECT_EQ(tree.children.size(), 1u);
}

TEST(Forest, EndsWhereAProgramWouldNot) {
  const ForestOf shop(Text{"src/loop_app.erl", R"(-module(loop_app).
-behaviour(application).
-behaviour(supervisor).
-export([start/2, start_link/1, init/1]).
start(_, _) -> start_link(f(1)).
f(N) -> f(N + 1).
start_link(N) -> supervisor:start_link({local, loop_sup}, ?MODULE, N).
init(N) -> L = [{again, {?MODULE, start_link, [[N | N]]}, permanent, 1, supervisor, []} | L], {ok, {{one_for_one, 1, 1}, g(N)}}.
g(N) -> [{again, {?MODULE, start_link, [[N | N]]}, permanent, 1, supervisor, []}].
)"});
  EXPECT_FALSE(shop.forest().trees.empty());
  EXPECT_LT(shop.forest().trees.size(), 100u);
}

}  // namespace
}  // namespace beamwright::tests
