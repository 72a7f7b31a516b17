// Who is heard, who loops, who keeps a caller, and in which context functions of routes and command line programs run.
#include "analysis/protocol.h"

#include <gtest/gtest.h>

#include "analysis/receive_loops.h"
#include "facts_of.h"

namespace beamwright::tests {
namespace {

using analysis::HandlerKind;

constexpr const char* kStore = R"(-module(store).
-behaviour(gen_server).
-export([start_link/0, get/1, odd/0, init/1, handle_call/3, handle_cast/2]).
start_link() -> gen_server:start_link({local, store}, store, [], []).
get(K) -> gen_server:call(store, {get, K}).
odd() -> gen_server:call(store, {odd, 1, 2}).
init(_) -> helper:prepare(), {ok, #{}}.
handle_call({get, K}, _From, State) -> {reply, maps:get(K, State), State};
handle_call({later, K}, From, State) -> {noreply, State#{K => From}};
handle_call(ping, _From, State) -> {reply, pong, State}.
handle_cast(_, State) -> {noreply, State}.
)";
constexpr const char* kHelper = R"(-module(helper).
-export([prepare/0]).
prepare() -> process_flag(trap_exit, true).
)";

TEST(Protocol, TellsWhatIsSentAndNotHandledAndWhatIsHandledAndNotSent) {
  const FactsOf facts({{"src/store.erl", kStore}, {"src/helper.erl", kHelper}});
  const auto found = analysis::unmatched(facts.program(), facts.facts());
  ASSERT_EQ(found.unhandled.size(), 1u);
  EXPECT_EQ(facts.facts().message(found.unhandled[0]).pattern.tag.text(), "odd");
  ASSERT_EQ(found.unsent.size(), 2u);
  EXPECT_EQ(facts.facts().handler(found.unsent[0]).pattern.tag.text(), "later");
  EXPECT_EQ(facts.facts().handler(found.unsent[1]).pattern.tag.text(), "ping");
}

TEST(Protocol, HandlersSayWhetherTheyKeepTheCallerAndLookAtTheState) {
  const FactsOf facts({{"src/store.erl", kStore}, {"src/helper.erl", kHelper}});
  const auto calls = facts.handlers("store", HandlerKind::kCall);
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_FALSE(calls[0].keeps_caller);
  EXPECT_TRUE(calls[0].reads_state);
  EXPECT_TRUE(calls[1].keeps_caller);
  EXPECT_FALSE(calls[2].keeps_caller);
  EXPECT_FALSE(calls[2].reads_state);
}

TEST(Processes, TrapExitsThroughAHelperThatInitRuns) {
  const FactsOf facts({{"src/store.erl", kStore}, {"src/helper.erl", kHelper}});
  ASSERT_NE(facts.process("store"), nullptr);
  EXPECT_TRUE(facts.process("store")->traps_exits);
}

TEST(Processes, SpawnedReceiveLoopsAreProcessesWithClauses) {
  const FactsOf facts({Text{"src/looper.erl", R"(-module(looper).
-export([start/0, loop/1]).
start() -> register(looper, spawn(fun() -> loop(0) end)).
loop(N) -> receive {add, M} -> loop(N + M); stop -> ok; _ -> loop(N) end.
)"}});
  const analysis::Process* loop = facts.process("looper");
  ASSERT_NE(loop, nullptr);
  EXPECT_TRUE(loop->receive_loop);
  EXPECT_EQ(loop->names.size(), 1u);
  const auto handlers = analysis::loop_handlers(facts.program(), facts.facts(), *loop);
  ASSERT_EQ(handlers.size(), 3u);
  EXPECT_EQ(handlers[0].pattern.tag.text(), "add");
  EXPECT_TRUE(handlers[2].catch_all);
  EXPECT_EQ(analysis::tasks(facts.facts()).size(), 1u);
}

TEST(Processes, EventHandlersKnowTheirManagers) {
  const FactsOf facts({Text{"src/alarm.erl", R"(-module(alarm).
-behaviour(gen_event).
-export([install/0, init/1, handle_event/2, handle_call/2]).
install() -> gen_event:add_handler(events, {alarm, 1}, []).
init(_) -> {ok, []}.
handle_event(_, S) -> {ok, S}.
handle_call(_, S) -> {ok, ok, S}.
)"}});
  ASSERT_NE(facts.process("alarm"), nullptr);
  ASSERT_EQ(facts.process("alarm")->managers.size(), 1u);
  EXPECT_EQ(facts.process("alarm")->managers[0].text(), "events");
}

TEST(Contexts, HandlersOfRoutesServeRequestsWithoutABehaviour) {
  const FactsOf facts({{"src/web.erl", R"(-module(web).
-export([dispatch/0]).
dispatch() -> [{'_', [{"/orders", web_orders, []}]}].
)"},
                       {"src/web_orders.erl", R"(-module(web_orders).
-export([init/2, other/0]).
init(Req, State) -> {ok, Req, State}.
other() -> ok.
)"}});
  EXPECT_TRUE(facts.context("web_orders:init/2") & analysis::kInRequest);
}

TEST(Contexts, ModulesOfAnEscriptAreTools) {
  const FactsOf facts({{"mix.exs", R"(defmodule Ctl.MixProject do
  use Mix.Project
  def project, do: [app: :ctl, version: "1.0.0", escript: [main_module: Ctl]]
end
)"},
                       {"lib/ctl.ex", R"(defmodule Ctl do
  def main(args), do: IO.inspect(args)
end
defmodule Ctl.Commands.Stop do
  def run(args), do: args
end
)"}});
  EXPECT_TRUE(facts.context("Ctl.main/1") & analysis::kInTool);
  EXPECT_TRUE(facts.context("Ctl.Commands.Stop.run/1") & analysis::kInTool);
}

}  // namespace
}  // namespace beamwright::tests
