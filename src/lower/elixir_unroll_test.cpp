#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"

namespace beamwright::lower {
namespace {

std::string in_module(const std::string& code) {
  const std::string text = Lowered("defmodule M do\n" + code + "\nend").all();
  std::string functions;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at) + 1;
    const std::string line = text.substr(at, end - at);
    if (line.find("module M") != 0 && line.find("__MODULE_BODY__") == std::string::npos && line.find("  @") != 0)
      functions += line;
    at = end;
  }
  return functions;
}

TEST(ElixirLoops, DefineAFunctionForEachElement) {
  EXPECT_EQ(in_module("for name <- [:add, :remove] do\n def unquote(name)(x), do: Log.write(unquote(name), x)\nend"),
            "  add/1 public (x) -> Log.write(:add, x)\n  remove/1 public (x) -> Log.write(:remove, x)\n");
}

TEST(ElixirLoops, RunOverAttributesAndWords) {
  EXPECT_EQ(in_module("@names [:a, :b]\nfor n <- @names do\n def unquote(n)(), do: unquote(n)\nend"),
            "  a/0 public () -> :a\n  b/0 public () -> :b\n");
  EXPECT_EQ(in_module("for n <- ~w(a b)a, do: def unquote(n)(), do: 1"), "  a/0 public () -> 1\n  b/0 public () -> 1\n");
}

TEST(ElixirLoops, OfSeveralGeneratorsDefineAFunctionForEachPair) {
  EXPECT_EQ(in_module("for a <- [:x, :y], b <- ~w(p q) do\n def unquote(:\"#{a}_#{b}\")(), do: unquote(b)\nend"),
            "  x_p/0 public () -> \"p\"\n  x_q/0 public () -> \"q\"\n  y_p/0 public () -> \"p\"\n  y_q/0 public () -> \"q\"\n");
  EXPECT_EQ(in_module("for {_kind, names} <- [a: [:f, :g], b: [:h]], n <- names do\n def unquote(n)(), do: 1\nend"),
            "  f/0 public () -> 1\n  g/0 public () -> 1\n  h/0 public () -> 1\n");
}

TEST(ElixirLoops, OfEnumEachDefineAFunctionForEachElement) {
  const std::string wanted = "  a/1 public (x) -> M.a(x)\n  b/1 public (x) -> M.b(x)\n";
  EXPECT_EQ(in_module("Enum.each([:a, :b], fn n ->\n def unquote(n)(x), do: M.unquote(n)(x)\nend)"), wanted);
  EXPECT_EQ(in_module("@names ~w(a b)a\n@names |> Enum.each(fn n ->\n def unquote(n)(x), do: M.unquote(n)(x)\nend)"), wanted);
  EXPECT_EQ(in_module("Enum.each(names(), fn n ->\n def unquote(n)(x), do: x\nend)"), "  unquote(n)/1 public (x) -> x\n");
}

TEST(ElixirLoops, TakePairsApart) {
  EXPECT_EQ(in_module("for {name, mod} <- [one: A.B, two: C] do\n def unquote(name)(x), do: unquote(mod).get(x)\nend"),
            "  one/1 public (x) -> A.B.get(x)\n  two/1 public (x) -> C.get(x)\n");
  EXPECT_EQ(
      in_module("for {code, text, _} <- [{1, \"a\", x: 1}, {2, \"b\", []}] do\n def of(unquote(code)), do: unquote(text)\nend"),
      "  of/1 public (1) -> \"a\"\n  of/1 public (2) -> \"b\"\n");
}

TEST(ElixirLoops, PutNamesTogether) {
  EXPECT_EQ(in_module("for n <- [:a, \"b\"] do\n def unquote(:\"get_#{n}\")(x), do: x\nend"),
            "  get_a/1 public (x) -> x\n  get_b/1 public (x) -> x\n");
  EXPECT_EQ(
      in_module("for n <- [:a] do\n name = String.to_atom(\"get_\" <> Atom.to_string(n))\n def unquote(name)(x), do: x\nend"),
      "  get_a/1 public (x) -> x\n");
}

TEST(ElixirLoops, CallByKnownNames) {
  EXPECT_EQ(in_module("for n <- [:a] do\n def f(x), do: {unquote(n)(x), Mod.unquote(n)(x), unquote(:\"#{n}_b\")(x)}\nend"),
            "  f/1 public (x) -> {a(x), Mod.a(x), a_b(x)}\n");
}

TEST(ElixirLoops, OverWhatIsNotWrittenDefineOneFunctionOfUnknownName) {
  EXPECT_EQ(in_module("for n <- list() do\n def unquote(n)(x), do: x\nend"), "  unquote(n)/1 public (x) -> x\n");
  EXPECT_EQ(in_module("for n <- [:a, list()] do\n def unquote(n)(x), do: x\nend"), "  unquote(n)/1 public (x) -> x\n");
  EXPECT_EQ(in_module("for n <- [:a, :b], ok?(n) do\n def unquote(n)(x), do: x\nend"), "  unquote(n)/1 public (x) -> x\n");
}

TEST(ElixirLoops, WithoutDefinitionsAreComprehensions) {
  EXPECT_EQ(in_module("def f(y), do: for x <- [1, 2], do: x + y"), "  f/1 public (y) -> for(x <- [1, 2], (x + y))\n");
}

TEST(ElixirLoops, LeaveUnquotesOfMacrosAlone) {
  EXPECT_EQ(in_module("for n <- [:a] do\n defmacro unquote(n)(n), do: quote(do: unquote(n))\nend"),
            "  a/1 public macro inlined (n) -> n\n");
}

TEST(ElixirLoops, InsideEachOtherAreBoundedTogether) {
  std::string list;
  for (int i = 0; i < 100; ++i) list += ":a" + std::to_string(i) + ", ";
  const auto loop = [&](const std::string& name, const std::string& body) {
    return "for " + name + " <- [" + list + ":z] do\n def unquote(:\"" + name + "_#{" + name + "}\")(), do: 1\n" + body + "end\n";
  };
  const Lowered lowered("defmodule M do\n" + loop("a", loop("b", loop("c", ""))) + "end");
  EXPECT_GT(lowered.unit().functions.size(), 200u);
  EXPECT_LT(lowered.unit().exprs.size(), 1'000'000u);
}

TEST(ElixirLoops, AreBounded) {
  std::string list;
  for (int i = 0; i < 400; ++i) list += ":a" + std::to_string(i) + ", ";
  EXPECT_EQ(in_module("for n <- [" + list + ":z] do\n def unquote(n)(x), do: x\nend"), "  unquote(n)/1 public (x) -> x\n");
}

}  // namespace
}  // namespace beamwright::lower
