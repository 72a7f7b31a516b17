#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"

namespace beamwright::lower {
namespace {

std::string all(std::string_view text) { return Lowered(text).all(); }

std::string in_module(std::string_view code) {
  return Lowered("defmodule M do\n" + std::string(code) + "\nend\n").all().substr(std::string_view("module M\n").size());
}

TEST(ElixirFunctions, CollectTheirClausesWhereverTheyStand) {
  EXPECT_EQ(in_module("def f(1), do: :a\ndef g, do: :b\ndef f(x) when x > 2 do\n x\nend"),
            "  f/1 public (1) -> :a\n  f/1 public (x) when (x > 2) -> x\n  g/0 public () -> :b\n");
}

TEST(ElixirFunctions, AreToldApartByArityAndVisibility) {
  EXPECT_EQ(in_module("defp f(x), do: x\ndefmacro m(x), do: x\ndefmacrop n(x), do: x\ndef f, do: 1"),
            "  f/1 (x) -> x\n  m/1 public macro (x) -> x\n  n/1 macro (x) -> x\n  f/0 public () -> 1\n");
}

TEST(ElixirFunctions, AreMadeOfTheRoutesOfPlugRouter) {
  EXPECT_EQ(in_module("post \"/carts/:id\" do\n add(conn, id)\nend\nmatch _ do\n conn\nend"),
            "  do_match/4 (conn, _, [id], _) -> add(conn, id)\n  do_match/4 (conn, _, [], _) -> conn\n");
  EXPECT_EQ(in_module("def f(map), do: get(map, \"a\")"), "  f/1 public (map) -> get(map, \"a\")\n");
}

TEST(ElixirFunctions, MayBeOperators) { EXPECT_EQ(in_module("def a + b, do: {a, b}"), "  +/2 public (a, b) -> {a, b}\n"); }

TEST(ElixirFunctions, JoinSeveralGuardsByOr) {
  EXPECT_EQ(in_module("def f(x) when is_atom(x) when x > 1 and x < 2, do: x"),
            "  f/1 public (x) when (is_atom(x) or ((x > 1) and (x < 2))) -> x\n");
}

TEST(ElixirFunctions, WithDefaultsHaveShorterOnesThatCallThem) {
  EXPECT_EQ(in_module("def f(a, b \\\\ g(1), c, d \\\\ :x), do: {a, b, c, d}"),
            "  f/4 public (a, b, c, d) -> {a, b, c, d}\n"
            "  f/2 public synthetic (&1, &2) -> f(&1, g(1), &2, :x)\n"
            "  f/3 public synthetic (&1, &2, &3) -> f(&1, &2, &3, :x)\n");
}

TEST(ElixirFunctions, MayHaveAHeadOfTheirOwn) {
  EXPECT_EQ(in_module("def f(a, b \\\\ 1)\ndef f(0, b), do: b\ndef f(a, _), do: a"),
            "  f/2 public (a, b)\n  f/2 public (0, b) -> b\n  f/2 public (a, _) -> a\n"
            "  f/1 public synthetic (&1) -> f(&1, 1)\n");
}

TEST(ElixirFunctions, WithHandlersAreATry) {
  EXPECT_EQ(in_module("def f(x) do\n g(x)\nrescue\n e in A -> e\ncatch\n :exit, r -> r\nelse\n y -> y\nafter\n h()\nend"),
            "  f/1 public (x) -> try g(x) else {(y) -> y} catch {rescue (e, [A]) -> e; (:exit, r) -> r} after h()\n");
}

TEST(ElixirFunctions, RememberTheirImplAttribute) {
  EXPECT_EQ(in_module("@impl true\ndef f(1), do: 1\ndef f(2), do: 2\n@impl A\ndef g, do: 1\n@impl false\ndef h, do: 1"),
            "  f/1 public impl (1) -> 1\n  f/1 public impl (2) -> 2\n  g/0 public impl () -> 1\n  h/0 public () -> 1\n");
}

TEST(ElixirFunctions, OfComputedNameShowItAsWritten) {
  EXPECT_EQ(in_module("for n <- names() do\n def unquote(n)(x), do: g(unquote(n), x)\nend"),
            "  unquote(n)/1 public (x) -> g(unknown(unbound!), x)\n"
            "  __MODULE_BODY__/0 () -> for(n <- names(), nil)\n");
}

TEST(ElixirFunctions, MayHaveTheirNameUnquoted) {
  EXPECT_EQ(in_module("def unquote(:^^^)(a, b), do: {a, b}"), "  ^^^/2 public (a, b) -> {a, b}\n");
}

TEST(ElixirFunctions, KnowTheirPlaces) {
  const std::string text = "defmodule A do\n  def add(x), do: x\n  def add(x, y) do\n    x\n  end\nend\n";
  const Lowered a(text);
  const model::Function& f = a.function("add");
  EXPECT_EQ(text.substr(f.name_begin, f.name_end - f.name_begin), "add");
  EXPECT_EQ(text.substr(f.begin, f.end - f.begin), "def add(x), do: x");
  const model::Function& g = a.unit().functions[1];
  EXPECT_EQ(text.substr(g.begin, g.end - g.begin), "def add(x, y) do\n    x\n  end");
}

TEST(ElixirGuards, AreMacrosWithTheirTestAsBody) {
  EXPECT_EQ(in_module("defguard is_x(a, b) when a > b and b > 1\ndefguardp is_y(a) when a"),
            "  is_x/2 public macro guard (a, b) -> ((a > b) and (b > 1))\n  is_y/1 macro guard (a) -> a\n");
}

TEST(ElixirDelegates, AreFunctionsOfOneCall) {
  EXPECT_EQ(
      in_module(
          "alias A.B\ndefdelegate f(x, y \\\\ 1), to: B\ndefdelegate g(), to: :ets, as: :all\ndefdelegate [h(x), i()], to: @t"),
      "  f/2 public synthetic (&1, &2) -> A.B.f(&1, &2)\n"
      "  f/1 public synthetic (&1) -> f(&1, 1)\n"
      "  g/0 public synthetic () -> :ets.all()\n"
      "  h/1 public synthetic (&1) -> ?unknown<t>().h(&1)\n"
      "  i/0 public synthetic () -> ?unknown<t>().i()\n");
}

TEST(ElixirStructs, AndOverridablesArePlainCallsOfTheBody) {
  EXPECT_EQ(in_module("defstruct [:a, b: f()]\ndefoverridable f: 1"),
            "  __MODULE_BODY__/0 () -> (defstruct([:a, {:b, f()}]); defoverridable([{:f, 1}]))\n");
}

TEST(ElixirQuotes, KeepWhatIsUnquoted) {
  EXPECT_EQ(lowered("quote bind_quoted: [x: g(x)] do\n unquote(y)\nend"), "quote([{:x, g(x)}])");
  EXPECT_EQ(lowered("quote do\n h(unquote(g(x)), [unquote_splicing(y)])\n quote do: unquote(a)\nend"), "quote(g(x), y)");
}

TEST(ElixirQuotes, MayComputeTheNameOfARemoteFunction) {
  EXPECT_EQ(lowered("quote do\n unquote(a).unquote(b)(unquote(c))\nend"), "quote(a, b, c)");
  EXPECT_EQ(lowered("A.unquote(b)(c)"), "unknown(unknown(A, b), c)");
}

TEST(ElixirMacros, OfOnePlainQuoteAreTheirCode) {
  EXPECT_EQ(in_module("alias A.B\ndefmacro m(x, y) do\n quote do\n  z = unquote(x)\n  B.put(z, unquote(y), __MODULE__, "
                      "unquote(__MODULE__))\n end\nend"),
            "  m/2 public macro inlined (x, y) -> (z = x; A.B.put(z, y, unknown<__MODULE__>(), M))\n");
  EXPECT_EQ(in_module("defmacrop m(x), do: quote(bind_quoted: [x: x], do: f(x))"), "  m/1 macro inlined (x) -> f(x)\n");
}

TEST(ElixirMacros, OfAnythingElseAreNot) {
  for (const char* body : {"quote do: unquote(f(x))", "quote do\n @a 1\n f(unquote(x))\nend", "quote do\n use A\nend",
                           "quote do\n alias A.B\n B.f()\nend", "quote do: unquote(x)(1)", "quote do: f(unquote_splicing(x))",
                           "quote do: quote(do: 1)", "quote bind_quoted: [x: f(x)], do: x", "quote do: var!(a)"}) {
    const std::string text = in_module("defmacro m(x) do\n " + std::string(body) + "\nend");
    EXPECT_EQ(text.find("inlined"), std::string::npos) << text;
  }
  EXPECT_EQ(in_module("defmacro m(:a), do: quote(do: f())\ndefmacro m(x), do: g(x)"),
            "  m/1 public macro (:a) -> f()\n  m/1 public macro (x) -> g(x)\n");
}

TEST(ElixirQuotes, DefineTemplatesAndQuotedDirectives) {
  EXPECT_EQ(all(R"(
defmodule A do
  alias B.C
  defmacro __using__(opts) do
    quote do
      use GenServer, unquote(opts)
      import unquote(__MODULE__)
      alias X.Y
      @behaviour A
      @timeout 10
      @impl true
      def init(x), do: {C.f(x), Y.g(), __MODULE__, unquote(opts), @timeout, unquote(__MODULE__).h()}
    end
  end
  def init(y), do: y
end)"),
            "module A\n"
            "  use GenServer unknown(opts) quoted in __using__\n"
            "  import A quoted in __using__\n"
            "  alias X.Y quoted in __using__\n"
            "  behaviour A quoted in __using__\n"
            "  __using__/1 public macro (opts) -> quote(unknown(opts), opts, A)\n"
            "  init/1 public template impl (x) -> {B.C.f(x), X.Y.g(), unknown<__MODULE__>(), unknown(), 10, A.h()}\n"
            "  init/1 public (y) -> y\n");
}

}  // namespace
}  // namespace beamwright::lower
