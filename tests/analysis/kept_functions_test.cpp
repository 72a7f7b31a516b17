// Functions and modules that a process keeps in its state and calls later: possible edges.
#include <gtest/gtest.h>

#include "facts_of.h"

namespace beamwright::tests {
namespace {

using Names = std::vector<std::string>;

Names possible(const FactsOf& f, const std::string& name) {
  Names names;
  for (const auto& edge : f.facts().calls.edges_of(f.function(name)))
    if (edge.possible) names.push_back(model::display_function(f.program(), edge.callee));
  return names;
}

TEST(KeptFunctions, AreReachedFromTheCallOfTheField) {
  const FactsOf f(std::vector<Text>{{"src/a.erl", R"(-module(a).
-behaviour(gen_server).
-export([init/1, handle_call/3, handle_cast/2]).
-record(state, {on_close, other, backend}).
init([]) -> {ok, #state{on_close = fun closed/1, other = fun opened/1, backend = a_store}}.
handle_call(stop, _From, #state{on_close = F} = State) -> {reply, F(now), State};
handle_call(get, _From, State) -> {reply, (State#state.backend):get(1), State}.
handle_cast(stop, State) -> (State#state.on_close)(now), {noreply, State};
handle_cast(swap, State) -> {noreply, State#state{on_close = fun late/1}}.
closed(_) -> ok.
opened(_) -> ok.
late(_) -> ok.
)"},
                                    {"src/a_store.erl", "-module(a_store).\n-export([get/1]).\nget(K) -> ets:lookup(t, K).\n"}});
  EXPECT_EQ(possible(f, "a:handle_call/3"), (Names{"a:closed/1", "a:late/1", "a_store:get/1"}));
  EXPECT_EQ(possible(f, "a:handle_cast/2"), (Names{"a:closed/1", "a:late/1"}));
}

TEST(KeptFunctions, AreReachedInMapsAndStructs) {
  const FactsOf f(std::vector<Text>{{"lib/a.ex", R"(defmodule A do
  use GenServer
  defstruct [:done, :client]
  def init(_), do: {:ok, %A{done: &A.closed/1, client: A.Http}}
  def handle_info(:stop, state) do
    state.done.(:now)
    state.client.get(1)
    {:noreply, state}
  end
  def handle_info(:go, %{done: nil} = state), do: {:noreply, state}
  def closed(_), do: :ok
end
defmodule A.Http do
  def get(id), do: :httpc.request(id)
end
)"}});
  EXPECT_EQ(possible(f, "A.handle_info/2"), (Names{"A.closed/1", "A.Http.get/1"}));
}

}  // namespace
}  // namespace beamwright::tests
