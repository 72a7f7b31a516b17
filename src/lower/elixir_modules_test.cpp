#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"

namespace beamwright::lower {
namespace {

std::string all(std::string_view text) { return Lowered(text).all(); }

TEST(ElixirModules, AreNamedBehindTheModuleAround) {
  EXPECT_EQ(all(R"(
defmodule A do
  defmodule B.C do
    def f, do: B
  end
  def g, do: {B, B.C, C}
end)"),
            "module A\n"
            "  g/0 public () -> {A.B, A.B.C, C}\n"
            "module A.B.C\n"
            "  f/0 public () -> A.B\n");
}

TEST(ElixirModules, MayBeNamedAbsolutelyOrByAnAtom) {
  EXPECT_EQ(all("defmodule A do\n defmodule Elixir.B do\n end\n defmodule :c do\n end\nend"), "module A\nmodule B\nmodule c\n");
}

TEST(ElixirModules, KnowTheirOwnName) {
  EXPECT_EQ(all("defmodule A.B do\n def f, do: {__MODULE__, __MODULE__.C, __MODULE__.g()}\nend"),
            "module A.B\n  f/0 public () -> {A.B, A.B.C, A.B.g()}\n");
}

TEST(ElixirModules, KeepTheCodeOfTheirBodyAsAFunction) {
  EXPECT_EQ(all("defmodule A do\n plug :auth, when: 1\n def f, do: 1\n schema \"x\" do\n  field :a\n  field :b\n end\nend"),
            "module A\n"
            "  f/0 public () -> 1\n"
            "  __MODULE_BODY__/0 () -> (plug(:auth, [{:when, 1}]); schema(\"x\", (field(:a); field(:b))))\n");
}

TEST(ElixirModules, MayStandUnderAConditionAtTheTopOfAFile) {
  EXPECT_EQ(all("if Code.ensure_loaded?(X) do\n defmodule A do\n  def f, do: 1\n end\nend"),
            "module A\n  f/0 public () -> 1\n"
            "script\n  __MODULE_BODY__/0 () -> case Code.ensure_loaded?(X) {truthy -> nil; falsy -> nil}\n");
}

TEST(ElixirModules, DefineFunctionsUnderConditions) {
  EXPECT_EQ(all("defmodule A do\n if Mix.env() == :dev do\n  def f, do: 1\n else\n  def f, do: 2\n end\nend"),
            "module A\n"
            "  f/0 public () -> 1\n"
            "  f/0 public () -> 2\n"
            "  __MODULE_BODY__/0 () -> case (Mix.env() == :dev) {truthy -> nil; falsy -> nil}\n");
}

TEST(ElixirModules, OfUnknownNameAreReadAsUnknownCode) {
  EXPECT_EQ(all("defmodule A do\n defmodule unquote(x) do\n  def f(y), do: g(1)\n end\nend"),
            "module A\n  __MODULE_BODY__/0 () -> unknown(unknown(unbound!), unknown(f(unbound!), (g(1))))\n");
}

TEST(ElixirScripts, AreAModuleWithoutAName) {
  EXPECT_EQ(Lowered("import Config\nconfig :app, A, b: 1\n", "config/config.exs").all(),
            "script\n  import Config\n  __MODULE_BODY__/0 () -> config(:app, A, [{:b, 1}])\n");
}

TEST(ElixirProtocols, HaveFunctionsWithoutBodies) {
  EXPECT_EQ(all("defprotocol Size do\n @doc \"x\"\n def size(data)\nend"), "protocol Size\n  size/1 public (data)\n");
}

TEST(ElixirImplementations, AreNamedAfterProtocolAndTarget) {
  EXPECT_EQ(all("alias B.Size\ndefimpl Size, for: C.D do\n def size(x), do: {@for, @protocol, __MODULE__, x}\nend"),
            "implementation B.Size.C.D\n  size/1 public (x) -> {C.D, B.Size, B.Size.C.D, x}\n");
}

TEST(ElixirImplementations, MayServeSeveralTargets) {
  EXPECT_EQ(all("defimpl Size, for: [Map, List] do\n def size(x), do: x\nend"),
            "implementation Size.Map\n  size/1 public (x) -> x\nimplementation Size.List\n  size/1 public (x) -> x\n");
}

TEST(ElixirImplementations, InsideAModuleAreForThatModule) {
  EXPECT_EQ(all("defmodule A do\n defimpl Size do\n  def size(x), do: x\n end\nend"),
            "module A\nimplementation Size.A\n  size/1 public (x) -> x\n");
}

TEST(ElixirAliases, StandForTheLastSegmentOrTheNameGiven) {
  EXPECT_EQ(lowered("alias A.B.C\nalias X.Y, as: Z\nalias :ets, as: E\n{C, C.D, Z.W, E.new(:a)}"),
            "{A.B.C, A.B.C.D, X.Y.W, :ets.new(:a)}");
}

TEST(ElixirAliases, MayNameSeveralModulesAtOnce) {
  EXPECT_EQ(lowered("alias A.{B, C.D}\nalias __MODULE__.{E}\n{B, D, E}"), "{A.B, A.C.D, M.E}");
}

TEST(ElixirAliases, EndWithTheirBlock) {
  EXPECT_EQ(lowered("if x do\n alias A.B\n B\nend\ncase y do\n 1 -> alias C.B\n      B\n 2 -> B\nend"),
            "(case x {truthy -> A.B; falsy -> nil}; case y {(1) -> C.B; (2) -> B})");
}

TEST(ElixirAliases, MayStandInDirectives) { EXPECT_EQ(lowered("require A.B, as: C\nC.x()"), "A.B.x()"); }

TEST(ElixirDirectives, AreFiledWithTheirOptionsAndTheirFunction) {
  EXPECT_EQ(all(R"(
defmodule A do
  use GenServer, restart: :temporary
  import Foo, only: [a: 1]
  require Logger
  @behaviour Bar
  use X.{Y, Z}
  def f do
    import Baz
    1
  end
end)"),
            "module A\n"
            "  use GenServer [{:restart, :temporary}]\n"
            "  import Foo [{:only, [{:a, 1}]}]\n"
            "  require Logger\n"
            "  behaviour Bar\n"
            "  use X.Y\n"
            "  use X.Z\n"
            "  import Baz in f\n"
            "  f/0 public () -> 1\n");
}

TEST(ElixirDirectives, LeaveOptionsThatCallSomethingInTheCode) {
  EXPECT_EQ(all("defmodule A do\n use B, c: d()\n @e f()\nend"),
            "module A\n  use B [{:c, d()}]\n  @e f()\n  __MODULE_BODY__/0 () -> ([{:c, d()}]; f())\n");
}

TEST(ElixirAttributes, AreKeptExceptDocumentationAndTypes) {
  EXPECT_EQ(all("defmodule A do\n @moduledoc \"x\"\n @type t :: x\n @spec f(x) :: y\n @timeout 5_000\n @callback c(x) :: y\nend"),
            "module A\n  @timeout 5000\n  @callback {:c, 1}\n");
}

TEST(ElixirAttributes, ThatAreLiteralsAreWrittenOutAtTheirUses) {
  const Lowered a(R"(
defmodule A do
  @timeout 5 * 1_000
  @names [:a, {:b, @timeout}]
  @server A.Server
  def f(x), do: GenServer.call(@server, @names, @timeout)
  def g, do: @server.stop()
  def h, do: :timer.sleep(@later)
  @later :timer.seconds(5)
  def i, do: :timer.sleep(@later)
end)");
  EXPECT_EQ(a.body("f"), "GenServer.call(A.Server, [:a, {:b, (5 * 1000)}], (5 * 1000))");
  EXPECT_EQ(a.body("g"), "A.Server.stop()");
  EXPECT_EQ(a.body("h"), ":timer.sleep(unknown<later>())");
  EXPECT_EQ(a.body("i"), ":timer.sleep(:timer.seconds(5))");
}

TEST(ElixirAttributes, StandAtThePlaceOfTheUse) {
  const Lowered a("defmodule A do\n @timeout 77\n def f, do: g(@timeout)\nend");
  const auto& clause = a.unit().clause(a.function("f").clauses[0]);
  const auto& value = a.unit().expr(a.unit().child(clause.body, 0));
  EXPECT_EQ(value.end - value.begin, 8u);
  EXPECT_TRUE(value.has(model::kFromMacro));
}

TEST(ElixirAttributes, ThatAreComputedAccumulateOrDependOnAConditionAreUnknown) {
  const Lowered a(R"(
defmodule A do
  @a Application.get_env(:a, :b)
  Module.register_attribute(__MODULE__, :b, accumulate: true)
  @b 1
  if X.y(), do: @c 1
  def f, do: {@a, @b, @c, @d}
end)");
  EXPECT_EQ(a.body("f"), "{unknown<a>(), unknown<b>(), unknown<c>(), unknown<d>()}");
}

TEST(ElixirAttributes, MayBeBuiltFromTheirOwnOldValue) {
  const Lowered a("defmodule A do\n @a [1]\n @a @a ++ [2]\n @a @a ++ @a\n def f, do: @a\nend");
  EXPECT_EQ(a.body("f"), "(([1] ++ [2]) ++ ([1] ++ [2]))");
}

TEST(ElixirAttributes, ThatGrowByDoublingEndUnknown) {
  std::string text = "defmodule A do\n @a [1]\n";
  for (int i = 0; i < 40; ++i) text += " @a [@a, @a]\n";
  EXPECT_EQ(Lowered(text + " def f, do: @a\nend").body("f"), "unknown<a>()");
}

}  // namespace
}  // namespace beamwright::lower
