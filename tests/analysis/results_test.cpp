#include "analysis/results.h"

#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using namespace analysis;

// The first call of an external function of that name in a function.
CallId call_in(const FactsOf& f, const std::string& function, std::string_view name) {
  for (const CallId site : f.program().calls_of(f.function(function))) {
    const External* external = f.facts().calls.external(site);
    if (external && external->name.text() == name) return site;
  }
  return {};
}

std::vector<CallResult> results(const FactsOf& f, const std::string& function, std::string_view name) {
  return results_of(f.program(), f.facts(), call_in(f, function, name));
}

std::vector<Handling> handlings(const FactsOf& f, const std::string& function, std::string_view name) {
  return handlings_around(f.program(), f.facts(), call_in(f, function, name));
}

Pattern tuple(std::string_view tag, std::uint32_t size) {
  Pattern p;
  p.expr = {UnitId(std::size_t{0}), ExprId(std::size_t{0})};
  p.tag = intern(tag);
  p.size = size;
  return p;
}

TEST(Results, AreIgnoredMatchedHardPartlyOrFully) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-compile(export_all).
ignored(N) -> rpc:call(N, m, f, []), ok.
hard(N) -> {ok, X} = rpc:call(N, m, f, []), X.
partly(N) -> case rpc:call(N, m, f, []) of {badrpc, nodedown} -> down; {ok, X} -> X end.
fully(N) -> case rpc:call(N, m, f, []) of {badrpc, _} -> down; X -> X end.
unused(N) -> Result = rpc:call(N, m, f, []), ok.
later(N) -> Result = rpc:call(N, m, f, []), log(N), case Result of {ok, X} -> X end.
log(X) -> X.
)"},
                                    {"lib/b.ex", R"(defmodule B do
  def hard(n), do: {:ok, _} = :rpc.call(n, M, :f, [])
  def fully(n) do
    if :rpc.call(n, M, :f, []), do: 1, else: 2
  end
  def handed_on(n) do
    with {:ok, x} <- :rpc.call(n, M, :f, []), do: x
  end
  def partly(n) do
    with {:ok, x} <- :rpc.call(n, M, :f, []) do
      x
    else
      {:badrpc, :timeout} -> nil
    end
  end
end
)"}});
  const auto use = [&](const std::string& function) { return results(f, function, "call")[0].use; };
  EXPECT_EQ(use("a:ignored/1"), ResultUse::kIgnored);
  EXPECT_EQ(use("a:hard/1"), ResultUse::kMatchedHard);
  EXPECT_EQ(use("a:partly/1"), ResultUse::kMatchedPartly);
  EXPECT_EQ(use("a:fully/1"), ResultUse::kMatchedFully);
  EXPECT_EQ(use("a:unused/1"), ResultUse::kUnused);
  EXPECT_EQ(use("a:later/1"), ResultUse::kMatchedPartly);
  EXPECT_EQ(use("B.hard/1"), ResultUse::kMatchedHard);
  EXPECT_EQ(use("B.fully/1"), ResultUse::kMatchedFully);
  EXPECT_EQ(use("B.handed_on/1"), ResultUse::kMatchedFully);
  EXPECT_EQ(use("B.partly/1"), ResultUse::kMatchedPartly);
  const CallResult partly = results(f, "a:partly/1", "call")[0];
  EXPECT_EQ(partly.shapes.size(), 2u);
  EXPECT_TRUE(takes_shape(f.program(), partly, tuple("badrpc", 2)));
  EXPECT_FALSE(takes_shape(f.program(), partly, tuple("error", 2)));
}

TEST(Results, ArePassedOnByWrappers) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([use/1, other/1]).
use(N) -> {ok, X} = ask(N), X.
other(N) -> ask(N), ok.
ask(N) -> try_it(N).
try_it(N) -> rpc:call(N, m, f, []).
)"}});
  const auto rows = results(f, "a:try_it/1", "call");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].use, ResultUse::kMatchedHard);
  EXPECT_EQ(rows[0].wrappers.size(), 2u);
  EXPECT_EQ(rows[1].use, ResultUse::kIgnored);
}

TEST(Results, HandlersNameTheirClassesAndWhatBecomesOfTheException) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([only_noproc/1, all/1, old/1]).
only_noproc(S) -> try gen_server:call(S, x) catch exit:{noproc, _} -> gone end.
all(S) -> try gen_server:call(S, x) catch _:_ -> logger:error("x"), ok end.
old(S) -> catch gen_server:call(S, x).
)"},
                                    {"lib/b.ex", R"(defmodule B do
  use GenServer
  require Logger
  def rescued(s) do
    GenServer.call(s, :x)
  rescue
    ArgumentError -> nil
  end
  def handle_info(:tick, state) do
    try do
      GenServer.call(Other, :x)
      {:noreply, state}
    catch
      :exit, _ -> {:noreply, state}
    end
  end
end
)"}});
  const auto noproc = handlings(f, "a:only_noproc/1", "call");
  ASSERT_EQ(noproc.size(), 1u);
  EXPECT_EQ(noproc[0].classes, kExitClass);
  EXPECT_FALSE(noproc[0].takes_all_reasons());
  EXPECT_EQ(classes_caught(f.program(), f.facts(), call_in(f, "a:only_noproc/1", "call")), 0);
  const auto all = handlings(f, "a:all/1", "call");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_TRUE(all[0].logs);
  EXPECT_EQ(classes_caught(f.program(), f.facts(), call_in(f, "a:all/1", "call")), kAllClasses);
  EXPECT_TRUE(handlings(f, "a:old/1", "call")[0].old_catch);
  const auto rescued = handlings(f, "B.rescued/1", "call");
  ASSERT_EQ(rescued.size(), 1u);
  EXPECT_EQ(rescued[0].classes, kErrorClass);
  EXPECT_EQ(rescued[0].exceptions.size(), 1u);
  const auto kept = handlings(f, "B.handle_info/2", "call");
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].aftermath, Aftermath::kKeepsState);
}

TEST(Results, CallersMayCatchWhatAFunctionDoesNot) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-export([outer/1]).
outer(S) -> try inner(S) catch exit:_ -> gone end.
inner(S) -> gen_server:call(S, x).
)"}});
  const CallId site = call_in(f, "a:inner/1", "call");
  EXPECT_EQ(classes_caught(f.program(), f.facts(), site), 0);
  EXPECT_EQ(classes_caught(f.program(), f.facts(), site, true), kExitClass);
}

TEST(Results, CallbacksSayWhatTheyReturn) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  use GenServer
  def init(_), do: {:ok, %{}, {:continue, :load}}
  def handle_call(:get, _from, state), do: {:reply, state, state}
  def handle_call(:stop, _from, state), do: {:stop, :normal, :ok, state}
  def handle_cast({:put, v}, state), do: finish(Map.put(state, :v, v))
  defp finish(state), do: {:noreply, state, 5000}
end
)"},
                                    {"src/b.erl", R"(-module(b).
-behaviour(gen_server).
-export([init/1, handle_info/2]).
init(_) -> {ok, []}.
handle_info(tick, State) -> {noreply, State, hibernate};
handle_info(_, State) -> {stop, odd, State}.
)"}});
  const auto returns = [&](const std::string& module, HandlerKind kind) {
    std::vector<CallbackReturn> all;
    for (const Handler& h : f.handlers(module, kind))
      for (const CallbackReturn& r : returns_of(f.program(), f.facts(), h)) all.push_back(r);
    return all;
  };
  EXPECT_TRUE(returns("A", HandlerKind::kInit)[0].next);
  const auto calls = returns("A", HandlerKind::kCall);
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_TRUE(calls[0].same_state);
  EXPECT_TRUE(calls[1].reason);
  const auto casts = returns("A", HandlerKind::kCast);
  ASSERT_EQ(casts.size(), 1u);
  EXPECT_TRUE(casts[0].by_helper);
  EXPECT_TRUE(casts[0].timeout);
  const auto infos = returns("b", HandlerKind::kInfo);
  ASSERT_EQ(infos.size(), 2u);
  EXPECT_TRUE(infos[0].hibernates);
  EXPECT_EQ(infos[1].tag.text(), "stop");
}

}  // namespace
}  // namespace beamwright::tests
