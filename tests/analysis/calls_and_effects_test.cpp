#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Bound;
using analysis::Effect;
using Names = std::vector<std::string>;

TEST(Calls, OfAMacroOfOneQuoteAreThoseOfItsCaller) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Log do
  defmacro timed(what) do
    quote do
      :httpc.request(unquote(what))
    end
  end
end
defmodule Shop.Cart do
  require Shop.Log
  def add(x), do: Shop.Log.timed(x)
  for name <- [:one, :two] do
    def unquote(:"get_#{name}")(x), do: Shop.Log.timed({unquote(name), x})
  end
end
)"}});
  EXPECT_TRUE(f.has("Shop.Cart.add/1", Effect::kHttp));
  EXPECT_TRUE(f.has("Shop.Cart.get_two/1", Effect::kHttp));
  EXPECT_EQ(f.context("Shop.Log.timed/1") & analysis::kAtCompileTime, 0);
}

TEST(Calls, AreResolvedThroughAliasesImportsAndDefaults) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Cart do
  alias Shop.{Price, Stock, as: S}
  alias Shop.Stock, as: Warehouse
  import Shop.Helpers, only: [round_up: 1]

  def total(cart), do: cart |> Price.sum() |> round_up() |> local(1)
  def stock(id), do: Warehouse.left(id)
  defp local(a, b \\ 2), do: a + b
end
)"},
                                    {"lib/b.ex", R"(defmodule Shop.Price do
  def sum(cart), do: length(cart)
end
defmodule Shop.Stock do
  def left(id), do: id
end
defmodule Shop.Helpers do
  def round_up(x), do: x
  def other(x), do: x
end
)"}});
  EXPECT_EQ(f.callees("Shop.Cart.total/1"), (Names{"Shop.Price.sum/1", "Shop.Helpers.round_up/1", "Shop.Cart.local/2"}));
  EXPECT_EQ(f.callees("Shop.Cart.stock/1"), (Names{"Shop.Stock.left/1"}));
  EXPECT_EQ(f.callees("Shop.Cart.local/1"), (Names{"Shop.Cart.local/2"}));
}

TEST(Calls, FunctionsThatUseBringsInAreTheUsedModules) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Repo do
  defmacro __using__(_opts) do
    quote do
      import Shop.Query
      def fetch(id), do: Shop.Store.read(id)
    end
  end
end
defmodule Shop.Query do
  def where(x), do: x
end
defmodule Shop.Store do
  def read(id), do: File.read!(id)
end
defmodule Shop.Orders do
  use Shop.Repo
  def get(id), do: where(fetch(id))
end
)"}});
  const Names callees = f.callees("Shop.Orders.get/1");
  EXPECT_NE(std::find(callees.begin(), callees.end(), "Shop.Query.where/1"), callees.end());
  EXPECT_TRUE(f.has("Shop.Orders.get/1", Effect::kFile));
}

TEST(Calls, AnAliasThatUseBringsInIsFollowed) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Web do
  defmacro __using__(_) do
    quote do
      alias Shop.Store
    end
  end
end
defmodule Shop.Store do
  def read(id), do: id
end
defmodule Shop.Store.Deep do
  def read(id), do: id
end
defmodule Shop.Page do
  use Shop.Web
  def show(id), do: Store.Deep.read(Store.read(id))
end
)"}});
  EXPECT_EQ(f.callees("Shop.Page.show/1"), (Names{"Shop.Store.Deep.read/1", "Shop.Store.read/1"}));
}

TEST(Calls, AnImportOfUnknownCodeTakesOnlyWhatItNames) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  import Some.Library, except: [foo: 1]
  import Other.Library, only: [helper: 1]
  def run(x), do: spawn(x)
  def other(x), do: helper(x)
end
)"}});
  EXPECT_TRUE(f.has("A.run/1", Effect::kSpawn));
  bool imported = false;
  for (const auto& e : f.facts().calls.externals)
    imported = imported || (e.module.text() == "Elixir.Other.Library" && e.name.text() == "helper");
  EXPECT_TRUE(imported);
}

TEST(Calls, ErlangImportsAndBifsGiveWayToLocalFunctions) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([run/1]).
-import(b, [twice/1]).
run(X) -> twice(link(X)).
link(X) -> X.
)"},
                                    {"src/b.erl", "-module(b).\n-export([twice/1]).\ntwice(X) -> X * 2.\n"}});
  const Names callees = f.callees("a:run/1");
  EXPECT_NE(std::find(callees.begin(), callees.end(), "b:twice/1"), callees.end());
  EXPECT_NE(std::find(callees.begin(), callees.end(), "a:link/1"), callees.end());
  EXPECT_FALSE(f.has("a:run/1", Effect::kLink));
}

TEST(Effects, FlowThroughFunctionsAndLanguagesWithTheChainOfCalls) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Pay do
  def charge(order), do: prepare(order)
  defp prepare(order), do: :gateway.send(order)
end
)"},
                                    {"src/gateway.erl", R"(-module(gateway).
-export([send/1]).
send(Order) -> post(Order).
post(Order) -> httpc:request(post, {"http://x", [], "text/plain", Order}, [{timeout, 3000}], []).
)"}});
  EXPECT_TRUE(f.has("Shop.Pay.charge/1", Effect::kHttp));
  EXPECT_EQ(f.bound("Shop.Pay.charge/1", Effect::kHttp), 3000);
  EXPECT_EQ(f.path("Shop.Pay.charge/1", Effect::kHttp),
            (Names{"Shop.Pay.charge/1 calls Shop.Pay.prepare/1", "Shop.Pay.prepare/1 calls gateway:send/1",
                   "gateway:send/1 calls gateway:post/1", "gateway:post/1 calls httpc:request/4 (http, waits up to 3 s)"}));
}

TEST(Effects, TheLongestWaitIsTheWitness) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([both/1]).
both(P) -> short(P), long(P).
short(P) -> gen_server:call(P, x, 100).
long(P) -> middle(P).
middle(P) -> gen_server:call(P, y, infinity).
)"}});
  EXPECT_EQ(f.bound("a:both/1", Effect::kCall), Bound::kInfinite);
  EXPECT_EQ(f.path("a:both/1", Effect::kCall).size(), 3u);
}

TEST(Effects, AClosureCountsForWhoeverRunsIt) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  def here(xs), do: Enum.map(xs, fn x -> File.read!(x) end)
  def captured(xs), do: Enum.each(xs, &File.rm/1)
  def elsewhere(x), do: Task.async(fn -> File.read!(x) end)
  def named(x) do
    work = fn -> File.read!(x) end
    spawn(work)
  end
  def through(x), do: in_background(fn -> File.read!(x) end)
  defp in_background(fun), do: spawn(fun)
  def wrapped(x), do: with_log(fn -> File.read!(x) end)
  defp with_log(fun), do: fun.()
end
)"}});
  EXPECT_TRUE(f.has("A.here/1", Effect::kFile));
  EXPECT_TRUE(f.has("A.captured/1", Effect::kFile));
  EXPECT_FALSE(f.has("A.elsewhere/1", Effect::kFile));
  EXPECT_FALSE(f.has("A.named/1", Effect::kFile));
  EXPECT_FALSE(f.has("A.through/1", Effect::kFile));
  EXPECT_TRUE(f.has("A.wrapped/1", Effect::kFile));
}

TEST(Effects, AReceiveWaitsAsLongAsItsAfterSays) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([ever/0, while/0, other/0]).
ever() -> receive x -> ok end.
while() -> receive x -> ok after 250 -> late end.
other() -> spawn(fun() -> foo(), receive x -> ok end end).
foo() -> ok.
)"}});
  EXPECT_EQ(f.bound("a:ever/0", Effect::kReceive), Bound::kInfinite);
  EXPECT_EQ(f.bound("a:while/0", Effect::kReceive), 250);
  EXPECT_FALSE(f.has("a:other/0", Effect::kReceive));
}

TEST(Effects, ASpawnedModuleFunctionArgumentsRunsElsewhere) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([start/0, loop/1]).
start() -> spawn_link(?MODULE, loop, [[]]).
loop(S) -> {ok, _} = file:read_file("x"), loop(S).
)"}});
  EXPECT_FALSE(f.has("a:start/0", Effect::kFile));
  EXPECT_TRUE(f.context("a:loop/1") & analysis::kInTask);
}

TEST(Effects, RecursionEndsAndKeepsTheEffect) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([even/1]).
even(N) -> odd(N - 1).
odd(N) -> timer:sleep(10), even(N - 1).
)"}});
  EXPECT_TRUE(f.has("a:even/1", Effect::kSleep));
  EXPECT_TRUE(f.has("a:odd/1", Effect::kSleep));
}

}  // namespace
}  // namespace beamwright::tests
