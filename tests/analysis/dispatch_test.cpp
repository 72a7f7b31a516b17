// Calls whose target is decided at run time, what constructs call without naming it, and names that nobody defines.
#include <gtest/gtest.h>

#include "analysis/implied.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::Effect;
using Names = std::vector<std::string>;

// The functions that a function may reach by dynamic dispatch, as they are shown.
Names possible(const FactsOf& f, const std::string& name) {
  Names names;
  for (const auto& edge : f.facts().calls.edges_of(f.function(name)))
    if (edge.possible) names.push_back(model::display_function(f.program(), edge.callee));
  return names;
}

// "Module.function/arity" for each call that the constructs of the first file stand for, in order of the text.
Names implied(const std::string& text) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", text}});
  Names names;
  for (const auto& row : analysis::implied_calls(f.program(), model::UnitId(0), f.facts().calls))
    names.push_back(model::display_mfa(row.module, row.name, row.arity));
  return names;
}

Names implied_by(const std::string& code) { return implied("defmodule M do\ndef f(x, y) do\n" + code + "\nend\nend\n"); }

TEST(Dispatch, AProtocolMayReachEachOfItsImplementations) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defprotocol Shop.Priced do
  def price(item)
end
defimpl Shop.Priced, for: Shop.Book do
  def price(book), do: book.price
end
defimpl Shop.Priced, for: Shop.Voucher do
  def price(voucher), do: :httpc.request(voucher.url)
end
defmodule Shop.Cart do
  def total(item), do: Shop.Priced.price(item)
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Cart.total/1"), (Names{"Shop.Priced.Shop.Book.price/1", "Shop.Priced.Shop.Voucher.price/1"}));
  ASSERT_TRUE(f.has("Shop.Cart.total/1", Effect::kHttp));
  EXPECT_TRUE(f.facts().effects.witness(f.function("Shop.Cart.total/1"), Effect::kHttp)->possible);
}

TEST(Dispatch, ACallbackMayReachWhoeverHasTheBehaviour) {
  const FactsOf f(std::vector<Text>{{"src/store.erl", R"(-module(store).
-export([get/2]).
-callback fetch(term()) -> term().
get(Mod, Key) -> Mod:fetch(Key).
)"},
                                    {"src/store_ets.erl", R"(-module(store_ets).
-behaviour(store).
-export([fetch/1]).
fetch(Key) -> ets:lookup(store, Key).
)"},
                                    {"src/other.erl", R"(-module(other).
-export([fetch/1]).
fetch(Key) -> Key.
)"}});
  EXPECT_EQ(possible(f, "store:get/2"), (Names{"store_ets:fetch/1"}));
}

TEST(Dispatch, ElixirsCallbacksCountToo) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Store do
  @callback fetch(key :: term) :: term
  def get(store, key), do: store.fetch(key)
end
defmodule Shop.Store.Memory do
  @behaviour Shop.Store
  def fetch(key), do: key
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Store.get/2"), (Names{"Shop.Store.Memory.fetch/1"}));
}

TEST(Dispatch, ConfigurationSaysWhichModuleIsMeant) {
  const FactsOf f(std::vector<Text>{{"config/config.exs", "import Config\nconfig :shop, client: Shop.Http\n"},
                                    {"lib/a.ex", R"(defmodule Shop.Http do
  def get(url), do: url
end
defmodule Shop.Fake do
  def get(url), do: url
end
defmodule Shop.Prices do
  @client Application.compile_env(:shop, :client)
  def read(url), do: client().get(url)
  def again(url), do: @client.get(url)
  def default(url), do: Application.get_env(:shop, :other, Shop.Fake).get(url)
  defp client, do: Application.get_env(:shop, :client, Shop.Fake)
end
)"}});
  EXPECT_EQ(possible(f, "Shop.Prices.read/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.again/1"), (Names{"Shop.Http.get/1"}));
  EXPECT_EQ(possible(f, "Shop.Prices.default/1"), (Names{"Shop.Fake.get/1"}));
}

TEST(Dispatch, AModuleThatNobodyNamesStaysUnknown) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", "defmodule A do\n  def f(m), do: m.get(1)\n  def get(x), do: x\nend\n"}});
  EXPECT_EQ(possible(f, "A.f/1"), Names{});
}

TEST(Names, ImportsAroundAModuleHoldInIt) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Text do
  def bold(x), do: x
end
defmodule Shop.Page do
  import Shop.Text
  defmodule Part do
    def show(x), do: bold(x)
  end
end
)"}});
  EXPECT_EQ(f.callees("Shop.Page.Part.show/1"), (Names{"Shop.Text.bold/1"}));
}

TEST(Names, WhatNobodyDefinesBelongsToNoModule) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", "defmodule A do\n  def f(x), do: {mystery(x), hd(x)}\nend\n"}});
  const auto calls = f.program().calls_of(f.function("A.f/1"));
  Names modules;
  for (const auto call : calls) modules.push_back(model::display_module(f.facts().calls.external(call)->module));
  EXPECT_EQ(modules, (Names{"", "Kernel"}));
}

TEST(Names, RecordsAndExceptionsDefineWhatTheyPromise) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule Shop.Error do
  defexception [:message]
end
defmodule Shop.Jobs do
  require Record
  Record.defrecord(:job, id: nil)
  def id(j), do: job(j, :id)
  def fail, do: Shop.Error.exception(message: "no")
end
)"}});
  EXPECT_EQ(f.callees("Shop.Jobs.id/1"), (Names{"Shop.Jobs.job/2"}));
  EXPECT_EQ(f.callees("Shop.Jobs.fail/0"), (Names{"Shop.Error.exception/1"}));
}

TEST(Implied, RaiseBuildsItsException) {
  EXPECT_EQ(implied_by("raise \"text\""), (Names{"RuntimeError.exception/1", "erlang:error/3"}));
  EXPECT_EQ(implied_by("raise Shop.Error, id: x"), (Names{"Shop.Error.exception/1", "erlang:error/1"}));
}

TEST(Implied, InterpolationConvertsWhatIsNotText) {
  EXPECT_EQ(implied_by("\"a#{x} #{inspect(y)}\""), (Names{"String.Chars.to_string/1"}));
}

TEST(Implied, MembershipOfAShortListIsAComparison) {
  EXPECT_EQ(implied_by("x in [:a, :b]"), Names{});
  EXPECT_EQ(implied_by("x in [:a, y]"), (Names{"lists:member/2"}));
  EXPECT_EQ(implied_by("x in y"), (Names{"Enum.member?/2"}));
  EXPECT_EQ(implied_by("x in 1..y"), (Names{"Enum.member?/2", "Range.new/2"}));
  EXPECT_EQ(implied("defmodule M do\ndef f(x) when x in 1..3, do: x\nend\n"), Names{});
}

TEST(Implied, PathsOfPutInAreTakenApart) {
  EXPECT_EQ(implied_by("put_in(x.jobs[y], 1)"), (Names{"Access.get_and_update/3", "Map.get_and_update!/3"}));
  EXPECT_EQ(implied_by("put_in(x.jobs, 1)"), (Names{"Map.update!/3"}));
}

}  // namespace
}  // namespace beamwright::tests
