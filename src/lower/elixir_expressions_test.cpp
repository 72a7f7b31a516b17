#include <gtest/gtest.h>

#include "lower/elixir_test_support.h"

namespace beamwright::lower {
namespace {

TEST(ElixirLiterals, BecomeLiterals) {
  EXPECT_EQ(lowered("{1, 2.5, :a, nil, true, \"s\", 'c', 123456789012345678901234567890}"),
            "{1, 2.500000, :a, nil, :true, \"s\", 'c', 9223372036854775807}");
}

TEST(ElixirData, BecomesListsTuplesAndMaps) {
  EXPECT_EQ(lowered("{[a, b | c], [k: a], {a, b, c}, {}, %{\"b\" => x, a: 1}, %{a | b: 1}}"),
            "{[a, b | c], [{:k, a}], {a, b, c}, {}, %{\"b\" => x, :a => 1}, %{a | :b => 1}}");
}

TEST(ElixirStructs, CarryTheirModule) {
  EXPECT_EQ(lowered("{%A.B{c: 1}, %__MODULE__{}, %A{x | c: 1}}"), "{%A.B{:c => 1}, %M{}, %A{x | :c => 1}}");
  EXPECT_EQ(lowered("%name{c: 1} = x\nname"), "(%{:__struct__ => name, :c => 1} = x; name)");
}

TEST(ElixirBinaries, KeepTheirValues) {
  EXPECT_EQ(lowered("<<a::8, b::binary-size(4), rest::binary>> = x"), "<<a, b, rest>> = x");
  EXPECT_EQ(lowered("\"a#{x}b#{g(y)}\""), "<<\"a\", x, \"b\", g(y)>>");
  EXPECT_EQ(lowered("<<\"abc\">>"), "\"abc\"");
}

TEST(ElixirSigils, BecomeListsOrStrings) {
  EXPECT_EQ(lowered("{~w(a b), ~w(a b)a, ~w(a b)c, ~s(x), ~r/a.b/i, ~c(x), ~D[2020-01-01]}"),
            "{[\"a\", \"b\"], [:a, :b], ['a', 'b'], \"x\", \"a.b\", 'x', \"2020-01-01\"}");
  EXPECT_EQ(lowered("~s(a#{x})"), "<<\"a\", x>>");
}

TEST(ElixirOperators, KeepTheirNames) {
  EXPECT_EQ(lowered("{a + b * c, -a, not a, !a, a && b || c, a <> b, a in b, a not in b, a..b, a..b//c}"),
            "{(a + (b * c)), -(a), not(a), !(a), ((a && b) || c), (a <> b), (a in b), not((a in b)), (a .. b), ..//(a, b, c)}");
}

TEST(ElixirFields, AreToldFromCalls) {
  EXPECT_EQ(lowered("{state.count, state.a.b, state.f(), A.f, :ets.all, x.y.z(1), __MODULE__.f}"),
            "{state.count, state.a.b, ?state.f(), A.f(), :ets.all(), ?x.y.z(1), M.f()}");
}

TEST(ElixirAccess, IsACallOfAccess) { EXPECT_EQ(lowered("a[b][:c]"), "Access.get(Access.get(a, b), :c)"); }

TEST(ElixirCalls, TellWhatIsCalled) {
  EXPECT_EQ(lowered("{g(a), A.B.g(a), :lists.map(a, b), x.(a), (fn -> 1 end).(), A.\"odd name\"(a)}"),
            "{g(a), A.B.g(a), :lists.map(a, b), ?x.(a), ?fn{() -> 1}.(), A.odd name(a)}");
}

TEST(ElixirSends, AreCallsOfErlang) {
  EXPECT_EQ(lowered("send(a, b)\na |> send(b)\nKernel.send(a, b)"),
            "(:erlang.send(a, b); |:erlang.send(a, b); :erlang.send(a, b))");
}

TEST(ElixirApplies, WithAWrittenListAreDirectCalls) {
  EXPECT_EQ(lowered("apply(A, :g, [a, b])"), "A.g(a, b)");
  EXPECT_EQ(lowered("apply(x, :g, [a])"), "?x.g(a)");
  EXPECT_EQ(lowered("x |> apply(:g, [a])"), "?x.g(a)");
  EXPECT_EQ(lowered("apply(x, [a])"), "?x.(a)");
  EXPECT_EQ(lowered("Kernel.apply(A, :g, [a])"), "A.g(a)");
  EXPECT_EQ(lowered(":erlang.apply(A, :g, [a])"), "A.g(a)");
}

TEST(ElixirApplies, OfUnknownThingsStayUnknown) {
  EXPECT_EQ(lowered("apply(A, y, [a])"), "dynamic(A, y, [a])");
  EXPECT_EQ(lowered("apply(A, :g, a)"), "dynamic(A, :g, a)");
  EXPECT_EQ(lowered("apply(A, :g, [a | b])"), "dynamic(A, :g, [a | b])");
}

TEST(ElixirPipes, GiveTheFirstArgument) {
  EXPECT_EQ(lowered("a |> g() |> A.h(b) |> x.() |> y.z(1) |> then(&(&1 + 1))"),
            "|then(|?y.z(|?x.(|A.h(|g(a), b)), 1), fn{(&1) -> (&1 + 1)})");
}

TEST(ElixirPipes, LeadIntoConstructs) {
  EXPECT_EQ(lowered("a |> case do\n 1 -> b\n _ -> c\nend"), "case a {(1) -> b; (_) -> c}");
  EXPECT_EQ(lowered("a |> if(do: b, else: c)"), "case a {truthy -> b; falsy -> c}");
  EXPECT_EQ(lowered("a |> Kernel.||(b)"), "|Kernel.||(a, b)");
}

TEST(ElixirPipes, PlaceACallWhereItIsWritten) {
  EXPECT_EQ(Lowered("defmodule A do\n def f(x), do: x |> g() |> h(1)\nend").source_of("|h(|g(x), 1)"), "h(1)");
}

TEST(ElixirCaptures, OfFunctionsAreCaptures) {
  EXPECT_EQ(lowered("{&g/1, &A.g/2, &:lists.map/2, &x.g/1, &+/2}"), "{&g/1, &A.g/2, &:lists.map/2, &?x.g/1, &+/2}");
}

TEST(ElixirCaptures, WithPlaceholdersAreClosures) {
  EXPECT_EQ(lowered("&(&1 + &3)"), "fn{(&1, &2, &3) -> (&1 + &3)}");
  EXPECT_EQ(lowered("&A.g(&1, x)"), "fn{(&1) -> A.g(&1, x)}");
  EXPECT_EQ(lowered("&{&1, &2}"), "fn{(&1, &2) -> {&1, &2}}");
  EXPECT_EQ(lowered("& &1.name"), "fn{(&1) -> &1.name}");
  EXPECT_EQ(lowered("&\"#{&1}!\""), "fn{(&1) -> <<&1, \"!\">>}");
  EXPECT_EQ(lowered("&(&1 / 2)"), "fn{(&1) -> (&1 / 2)}");
}

TEST(ElixirClosures, HaveClausesWithGuards) {
  EXPECT_EQ(lowered("fn 1, p when p > 1 -> p\n   _, _ -> a end"), "fn{(1, p) when (p > 1) -> p; (_, _) -> a}");
}

TEST(ElixirMatches, BindAndPin) { EXPECT_EQ(lowered("{:ok, ^a, p} = g(b)\np"), "({:ok, ^a, p} = g(b); p)"); }

TEST(ElixirMatches, MayDestructure) { EXPECT_EQ(lowered("destructure [p, q], a\n{p, q}"), "([p, q] = a; {p, q})"); }

TEST(ElixirBlocks, AreTheirStatements) {
  EXPECT_EQ(lowered("p = a\n(g(p); h())\nend_of()"), "(p = a; (g(p); h()); end_of())");
  EXPECT_EQ(lowered("(a)"), "a");
  EXPECT_EQ(lowered("()"), "nil");
}

TEST(ElixirCalls, TakeUnknownBlocksAsTheirLastArgument) {
  EXPECT_EQ(lowered("test \"x\", %{a: 1} do\n g()\nend"), "test(\"x\", %{:a => 1}, (g()))");
  EXPECT_EQ(lowered("A.transaction x do\n g()\n h()\nend"), "A.transaction(x, (g(); h()))");
  EXPECT_EQ(lowered("m do\n 1 -> g()\n 2 -> h()\nend"), "m(unknown(1, g(), 2, h()))");
  EXPECT_EQ(lowered("m do\n g()\nelse\n h()\nend"), "m(unknown(g(), h()))");
}

TEST(ElixirSpecialNames, AreUnknown) {
  EXPECT_EQ(lowered("{__ENV__, __STACKTRACE__}"), "{unknown<__ENV__>(), unknown<__STACKTRACE__>()}");
}

TEST(ElixirExpressions, StandWhereTheyAreWritten) {
  const Lowered a("defmodule A do\n def f(x) do\n  y = g( x )\n  if y, do: B.c(y), else: [ 1 ]\n end\nend");
  EXPECT_EQ(a.source_of("g(x)"), "g( x )");
  EXPECT_EQ(a.source_of("B.c(y)"), "B.c(y)");
  EXPECT_EQ(a.source_of("y = g(x)"), "y = g( x )");
  EXPECT_EQ(a.source_of("[1]"), "[ 1 ]");
  EXPECT_EQ(a.source_of("case y {truthy -> B.c(y); falsy -> [1]}"), "if y, do: B.c(y), else: [ 1 ]");
}

// --- control flow

TEST(ElixirIf, HasTwoClauses) {
  EXPECT_EQ(lowered("if p = g(), do: p, else: b"), "case p = g() {truthy -> p; falsy -> b}");
  EXPECT_EQ(lowered("if a do\n b\nend"), "case a {truthy -> b; falsy -> nil}");
  EXPECT_EQ(lowered("unless a do\n b\nelse\n c\nend"), "case a {falsy -> b; truthy -> c}");
}

TEST(ElixirCase, HasClausesWithGuards) {
  EXPECT_EQ(lowered("case a do\n {:ok, p} when p > 1 -> p\n _ -> nil\nend"), "case a {({:ok, p}) when (p > 1) -> p; (_) -> nil}");
}

TEST(ElixirCond, DecidesByGuards) {
  EXPECT_EQ(lowered("cond do\n a > 1 -> b\n true -> c\nend"), "case {() when (a > 1) -> b; () when :true -> c}");
}

TEST(ElixirMatchTest, IsACase) {
  EXPECT_EQ(lowered("match?({:ok, p} when p > 1, a)"), "case a {({:ok, p}) when (p > 1) -> :true; (_) -> :false}");
}

TEST(ElixirWith, HasStepsABodyAndElse) {
  EXPECT_EQ(lowered("with {:ok, p} <- g(a),\n q = p,\n r when r > 1 <- q do\n r\nelse\n {:error, e} -> e\nend"),
            "with({:ok, p} <- g(a), q = p, (r when (r > 1)) <- q, r) else {({:error, e}) -> e}");
}

TEST(ElixirFor, HasGeneratorsFiltersOptionsAndABody) {
  EXPECT_EQ(lowered("for p <- a, q when q > 1 <- b, p > q, into: %{}, do: {p, q}"),
            "for(p <- a, (q when (q > 1)) <- b, (p > q), %{}, {p, q})");
  EXPECT_EQ(lowered("for p <- a, uniq: true do\n p\nend"), "for(p <- a, :true, p)");
  EXPECT_EQ(lowered("for <<p, q::8 <- a>>, do: {p, q}"), "for(<<p, q>> <- a, {p, q})");
}

TEST(ElixirFor, ReducesOverClauses) {
  EXPECT_EQ(lowered("for p <- a, reduce: 0 do\n acc when acc > 1 -> acc + p\n _ -> 1\nend"),
            "for(p <- a, 0, case unknown() {(acc) when (acc > 1) -> (acc + p); (_) -> 1})");
}

TEST(ElixirReceive, HasClausesAndATimeout) {
  EXPECT_EQ(lowered("receive do\n {:a, p} -> p\nafter\n 100 -> b\nend"), "receive {({:a, p}) -> p} after 100 -> b");
  EXPECT_EQ(lowered("receive do\n p -> p\nend"), "receive {(p) -> p}");
  EXPECT_EQ(lowered("receive do\nafter\n 100 -> b\nend"), "receive {} after 100 -> b");
}

TEST(ElixirTry, RescuesAndCatches) {
  EXPECT_EQ(lowered("try do\n g()\nrescue\n A -> 1\n e in [A, B] -> e\n _ in C -> 2\n e -> e\n _ -> 3\nend"),
            "try g() catch {rescue (_, [A]) -> 1; rescue (e, [A, B]) -> e; rescue (_, [C]) -> 2; rescue (e, []) -> e; "
            "rescue (_, []) -> 3}");
  EXPECT_EQ(lowered("try do\n g()\ncatch\n :exit, r when r > 1 -> r\n p -> p\n k, _ -> k\nafter\n h()\nend"),
            "try g() catch {(:exit, r) when (r > 1) -> r; (:throw, p) -> p; (k, _) -> k} after h()");
}

TEST(ElixirUnquote, OutsideOfQuotesIsUnknown) { EXPECT_EQ(lowered("unquote(a) + 1"), "(unknown(a) + 1)"); }

// --- broken code

TEST(BrokenElixir, IsLoweredAsFarAsItCanBeRead) {
  EXPECT_NO_THROW(Lowered("def"));
  EXPECT_NO_THROW(Lowered("defmodule A do\n def\n def()\n def 1\n def f(, do: 2\n defp\nend"));
  EXPECT_NO_THROW(Lowered("defmodule do\nend\ndefmodule 1 do\nend\ndefmodule A, B, C do\nend"));
  EXPECT_NO_THROW(Lowered("alias 1\nalias\nalias A.{1, b}\nimport\nuse 3, 4, 5\nrequire A.b"));
  EXPECT_NO_THROW(Lowered("case do\nend\nif\ncond 1\nwith\nfor\nreceive 1\ntry\nfn\n&\n&0\n&300\n@\n@1\n^"));
  EXPECT_NO_THROW(Lowered("%{1}\n%{a | b}\n%1{}\n<<>>\n<<1 <- 2>>\nfor <<x <- y>>\nquote\nunquote()\nx |> 1\nx |> (y -> z)"));
  EXPECT_NO_THROW(Lowered("defimpl\ndefimpl A\ndefimpl A, for: do\nend\ndefdelegate\ndefguard x\ndefstruct"));
}

TEST(BrokenElixir, OutsideOfAnyModuleIsKeptAsUnknown) {
  EXPECT_EQ(Lowered("def f(x), do: g(x)").all(), "script\n  __MODULE_BODY__/0 () -> unknown(f(unbound!), (g(unbound!)))\n");
}

}  // namespace
}  // namespace beamwright::lower
