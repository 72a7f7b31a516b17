// What the embedded data says of the functions that rules lean on most, and that all of it can be read and found.
#include "knowledge/knowledge.h"

#include <gtest/gtest.h>

#include <set>

#include "knowledge/embedded.h"

namespace beamwright::knowledge {
namespace {

const FunctionRow& row_of(std::string_view module, std::string_view name, std::size_t arity) {
  static const FunctionRow kNone;
  const FunctionRow* row = Knowledge::embedded().function(intern(module), intern(name), arity);
  EXPECT_NE(row, nullptr) << module << " " << name << "/" << arity;
  return row == nullptr ? kNone : *row;
}

const CallbackRow& callback_of(std::string_view behaviour, std::string_view name, std::size_t arity) {
  static const CallbackRow kNone;
  const CallbackRow* row = Knowledge::embedded().callback(intern(behaviour), intern(name), arity);
  EXPECT_NE(row, nullptr) << behaviour << " " << name << "/" << arity;
  return row == nullptr ? kNone : *row;
}

TEST(Knowledge, CanBeRead) {
  const auto result = Knowledge::read(embedded_files());
  ASSERT_TRUE(result) << result.error();
  EXPECT_GT(result->functions().size(), 3000u);
}

TEST(Knowledge, FindsEachOfItsRows) {
  const Knowledge& all = Knowledge::embedded();
  for (const FunctionRow& row : all.functions()) {
    const std::size_t arity = row.arity < 0 ? 29 : static_cast<std::size_t>(row.arity);
    ASSERT_EQ(all.function(row.module, row.name, arity), &row) << row.file << ":" << row.line;
    ASSERT_TRUE(all.knows_module(row.module));
  }
  for (const BehaviourRow& row : all.behaviours()) ASSERT_EQ(all.behaviour(row.module), &row);
  for (const CallbackRow& row : all.callbacks())
    ASSERT_EQ(all.callback(row.behaviour, row.name, static_cast<std::size_t>(row.arity)), &row);
}

TEST(Knowledge, GivesEveryRowItsSource) {
  const Knowledge& all = Knowledge::embedded();
  for (const FunctionRow& row : all.functions()) ASSERT_FALSE(row.source.empty()) << row.file << ":" << row.line;
  for (const BehaviourRow& row : all.behaviours()) ASSERT_FALSE(row.source.empty()) << row.file << ":" << row.line;
  for (const CallbackRow& row : all.callbacks()) ASSERT_FALSE(row.source.empty()) << row.file << ":" << row.line;
}

// A call that waits must say for how long: as a bound, an argument or an option, or it is marked unknown by leaving all out,
// which calls, awaits and remote calls never are on OTP and Elixir.
TEST(Knowledge, SaysHowLongOtpAndElixirWait) {
  for (const FunctionRow& row : Knowledge::embedded().functions()) {
    if (!row.file.starts_with("knowledge/otp_stdlib") && !row.file.starts_with("knowledge/elixir")) continue;
    const bool waits = row.effects.has(Effect::kAwait) || row.effects.has(Effect::kStartChild);
    const bool says = row.bound.milliseconds != Bound::kUnknown || row.timeout_argument != 0 || row.timeout_option;
    const bool runs_elsewhere = row.closure_runs == Runs::kNewProcess;
    EXPECT_TRUE(!waits || says || runs_elsewhere) << row.file << ":" << row.line;
  }
}

TEST(Knowledge, HasAWordForEachEffect) {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kEffectCount; ++i) words.insert(to_string(static_cast<Effect>(i)));
  EXPECT_EQ(words.size(), kEffectCount);
  EXPECT_EQ(to_string(Effect::kHttp), "http");
  EXPECT_EQ(to_string(Effect::kPersistentTermWrite), "persistent_term_write");
  EXPECT_EQ(to_string(Effect::kDecodeTerm), "decode_term");
  EXPECT_EQ(to_string(Resource::kSubscription), "subscription");
  EXPECT_EQ(to_string(Runs::kLater), "later");
}

// OTP: gen_server documentation; Elixir: GenServer documentation. gen_statem waits for ever unless told otherwise.
TEST(Knowledge, KnowsDefaultTimeoutsOfCalls) {
  EXPECT_EQ(row_of("gen_server", "call", 2).bound.milliseconds, 5000);
  EXPECT_EQ(row_of("gen_server", "call", 3).timeout_argument, 3);
  EXPECT_EQ(row_of("Elixir.GenServer", "call", 2).bound.milliseconds, 5000);
  EXPECT_EQ(row_of("gen_statem", "call", 2).bound.milliseconds, Bound::kInfinite);
  EXPECT_EQ(row_of("rpc", "call", 4).bound.milliseconds, Bound::kInfinite);
  EXPECT_EQ(row_of("erpc", "call", 5).timeout_argument, 5);
  EXPECT_EQ(row_of("Elixir.Task", "await", 1).bound.milliseconds, 5000);
  EXPECT_EQ(row_of("supervisor", "start_child", 2).bound.milliseconds, Bound::kInfinite);
  EXPECT_EQ(row_of("gen_tcp", "connect", 3).bound.milliseconds, Bound::kInfinite);
  EXPECT_EQ(row_of("httpc", "request", 4).options_argument, 3);
  EXPECT_EQ(row_of("Elixir.HTTPoison", "get!", 1).bound.milliseconds, 13000);
}

TEST(Knowledge, KnowsWhoRunsAClosure) {
  EXPECT_EQ(row_of("lists", "foreach", 2).closure_runs, Runs::kCaller);
  EXPECT_EQ(row_of("lists", "foreach", 2).closure_argument, 1);
  EXPECT_EQ(row_of("Elixir.Enum", "map", 2).closure_argument, 2);
  EXPECT_EQ(row_of("erlang", "spawn", 1).closure_runs, Runs::kNewProcess);
  EXPECT_TRUE(row_of("erlang", "spawn", 3).closure_is_mfa);
  EXPECT_EQ(row_of("Elixir.Agent", "get", 2).closure_runs, Runs::kOtherProcess);
  EXPECT_EQ(row_of("Elixir.Ecto.Multi", "run", 3).closure_runs, Runs::kLater);
}

TEST(Knowledge, TellsTheTwoKindsOfTimersApart) {
  EXPECT_EQ(row_of("erlang", "send_after", 3).returns, Resource::kTimer);
  EXPECT_EQ(row_of("erlang", "cancel_timer", 1).releases, Resource::kTimer);
  EXPECT_EQ(row_of("timer", "send_interval", 2).returns, Resource::kTimerServer);
  EXPECT_EQ(row_of("timer", "cancel", 1).releases, Resource::kTimerServer);
}

TEST(Knowledge, KnowsWhenAtomsAreMade) {
  EXPECT_TRUE(row_of("Elixir.String", "to_atom", 1).effects.has(Effect::kAtomCreation));
  EXPECT_EQ(row_of("erlang", "binary_to_term", 2).unless_option, intern("safe"));
  EXPECT_EQ(row_of("Elixir.Jason", "decode!", 2).when_value, intern("atoms"));
  EXPECT_EQ(Knowledge::embedded().function(intern("Elixir.String"), intern("to_existing_atom"), 1), nullptr);
  EXPECT_TRUE(Knowledge::embedded().knows_module(intern("Elixir.String")));
}

TEST(Knowledge, KnowsWhatUsingARepositoryGives) {
  const FunctionRow* all = Knowledge::embedded().used_function(intern("Elixir.Ecto.Repo"), intern("all"), 2);
  ASSERT_NE(all, nullptr);
  EXPECT_TRUE(all->effects.has(Effect::kDatabase));
  EXPECT_EQ(all->bound.milliseconds, 15000);
}

TEST(Knowledge, KnowsTheProcessesOfBehaviours) {
  const Knowledge& all = Knowledge::embedded();
  EXPECT_EQ(all.behaviour(intern("Elixir.GenServer"))->process, "gen_server");
  EXPECT_EQ(all.behaviour(intern("gen_statem"))->process, "gen_statem");
  EXPECT_TRUE(all.behaviour(intern("Elixir.Phoenix.Channel"))->many);
  EXPECT_EQ(all.behaviour(intern("cowboy_handler"))->process, "per_request");
  EXPECT_EQ(callback_of("gen_server", "handle_continue", 2).role, "continue");
  EXPECT_EQ(callback_of("Elixir.Oban.Worker", "perform", 1).role, "run");
  EXPECT_EQ(callback_of("Elixir.Phoenix.LiveView", "handle_event", 3).input_argument, 2);
}

}  // namespace
}  // namespace beamwright::knowledge
