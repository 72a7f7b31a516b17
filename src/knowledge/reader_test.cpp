// The format of the data files: what rows mean, and that every fault is named with file, line and a near word.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "knowledge/embedded.h"
#include "knowledge/knowledge.h"

namespace beamwright::knowledge {
namespace {

Result<Knowledge> read(std::string_view text) {
  const DataFile file{"knowledge/a.tsv", text};
  return Knowledge::read({&file, 1});
}

std::string error_of(std::string_view text) {
  const auto result = read(text);
  return result ? "no error" : result.error();
}

// The row of a text that holds a single function.
FunctionRow only_row(std::string_view text) {
  const auto result = read(text);
  EXPECT_TRUE(result) << (result ? "" : result.error());
  if (!result || result->functions().size() != 1) return {};
  return result->functions().front();
}

TEST(Reader, TakesErlangAndElixirNames) {
  const auto result = read("source S\nfunction gen_server:call/2 call\nfunction File.read!/1 file\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_NE(result->function(intern("gen_server"), intern("call"), 2), nullptr);
  EXPECT_NE(result->function(intern("Elixir.File"), intern("read!"), 1), nullptr);
  EXPECT_EQ(result->function(intern("File"), intern("read!"), 1), nullptr);
}

TEST(Reader, TakesNestedModulesAndOperators) {
  const auto result = read("source S\nfunction Task.Supervisor.async/2 start_child\nfunction erlang:!/2 send\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_NE(result->function(intern("Elixir.Task.Supervisor"), intern("async"), 2), nullptr);
  EXPECT_NE(result->function(intern("erlang"), intern("!"), 2), nullptr);
}

TEST(Reader, ReadsEveryFieldOfAFunction) {
  const FunctionRow row = only_row(
      "source The manual\n"
      "function m:f/9 http,log bound=5000 timeout=1 option=timeout@2 target=3 message=4 closure=5,6 runs=new_process module=7 "
      "name=8 child=9 delay=1 text=2 when=keys:atoms unless=safe returns=task releases=monitor input=body since=otp27 "
      "until=otp28\n");
  EXPECT_TRUE(row.effects.has(Effect::kHttp));
  EXPECT_TRUE(row.effects.has(Effect::kLog));
  EXPECT_FALSE(row.effects.has(Effect::kCall));
  EXPECT_EQ(row.bound.milliseconds, 5000);
  EXPECT_EQ(row.timeout_argument, 1);
  EXPECT_EQ(row.timeout_option, intern("timeout"));
  EXPECT_EQ(row.options_argument, 2);
  EXPECT_EQ(row.target_argument, 3);
  EXPECT_EQ(row.message_argument, 4);
  EXPECT_EQ(row.closure_argument, 5);
  EXPECT_TRUE(row.runs_argument(5) && row.runs_argument(6));
  EXPECT_FALSE(row.runs_argument(4) || row.closure_is_mfa);
  EXPECT_EQ(row.closure_runs, Runs::kNewProcess);
  EXPECT_EQ(row.module_argument, 7);
  EXPECT_EQ(row.name_argument, 8);
  EXPECT_EQ(row.child_argument, 9);
  EXPECT_EQ(row.delay_argument, 1);
  EXPECT_EQ(row.text_argument, 2);
  EXPECT_EQ(row.when_option, intern("keys"));
  EXPECT_EQ(row.when_value, intern("atoms"));
  EXPECT_EQ(row.unless_option, intern("safe"));
  EXPECT_EQ(row.returns, Resource::kTask);
  EXPECT_EQ(row.releases, Resource::kMonitor);
  EXPECT_EQ(row.input, "body");
  EXPECT_EQ(row.since, "otp27");
  EXPECT_EQ(row.until, "otp28");
  EXPECT_EQ(row.source, "The manual");
  EXPECT_EQ(row.file, "knowledge/a.tsv");
  EXPECT_EQ(row.line, 2u);
}

TEST(Reader, ReadsModuleFunctionArguments) {
  const FunctionRow row = only_row("source S\nfunction rpc:call/4 rpc target=1 mfa=2 runs=other_process bound=infinity\n");
  EXPECT_EQ(row.closure_argument, 2);
  EXPECT_TRUE(row.closure_is_mfa);
  EXPECT_EQ(row.closure_runs, Runs::kOtherProcess);
  EXPECT_EQ(row.bound.milliseconds, Bound::kInfinite);
}

TEST(Reader, LeavesTheBoundUnknownUnlessTold) {
  EXPECT_EQ(only_row("source S\nfunction m:f/1 file\n").bound.milliseconds, Bound::kUnknown);
}

TEST(Reader, TakesARowWithoutEffects) { EXPECT_TRUE(only_row("source S\nfunction lists:map/2 - closure=1\n").effects.empty()); }

TEST(Reader, SpreadsARowOverItsAritiesAndDropsWhatTheyLack) {
  const auto result = read("source S\nfunction GenServer.call/2..3 call target=1 message=2 timeout=3 bound=5000\n");
  ASSERT_TRUE(result) << result.error();
  const FunctionRow* two = result->function(intern("Elixir.GenServer"), intern("call"), 2);
  const FunctionRow* three = result->function(intern("Elixir.GenServer"), intern("call"), 3);
  ASSERT_TRUE(two != nullptr && three != nullptr);
  EXPECT_EQ(two->timeout_argument, 0);
  EXPECT_EQ(two->bound.milliseconds, 5000);
  EXPECT_EQ(three->timeout_argument, 3);
  EXPECT_EQ(result->function(intern("Elixir.GenServer"), intern("call"), 4), nullptr);
}

TEST(Reader, DropsAClosureThatASmallerArityLacks) {
  const auto result = read("source S\nfunction Enum.max/1..2 - closure=2 runs=later\n");
  ASSERT_TRUE(result) << result.error();
  const FunctionRow* one = result->function(intern("Elixir.Enum"), intern("max"), 1);
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->closure_argument, 0);
  EXPECT_EQ(one->closure_arguments, 0u);
  EXPECT_EQ(one->closure_runs, Runs::kCaller);
}

TEST(Reader, PrefersTheExactArityToAny) {
  const auto result = read("source S\nfunction m:f/* log\nfunction m:f/2 http\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_TRUE(result->function(intern("m"), intern("f"), 2)->effects.has(Effect::kHttp));
  EXPECT_TRUE(result->function(intern("m"), intern("f"), 7)->effects.has(Effect::kLog));
  EXPECT_EQ(result->function(intern("m"), intern("g"), 2), nullptr);
}

TEST(Reader, KeepsMacrosAndUsedFunctionsApart) {
  const auto result = read("source S\nmacro Logger.info/1 log\nuse Ecto.Repo.all/1 database\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_TRUE(result->function(intern("Elixir.Logger"), intern("info"), 1)->macro);
  EXPECT_EQ(result->function(intern("Elixir.Ecto.Repo"), intern("all"), 1), nullptr);
  ASSERT_NE(result->used_function(intern("Elixir.Ecto.Repo"), intern("all"), 1), nullptr);
  EXPECT_EQ(result->used_function(intern("Elixir.Logger"), intern("info"), 1), nullptr);
}

TEST(Reader, KnowsModulesOfAnyRow) {
  const auto result = read("source S\nmodule maps String\nfunction m:f/1 -\nbehaviour b process=gen_server\n");
  ASSERT_TRUE(result) << result.error();
  for (const char* name : {"maps", "Elixir.String", "m", "b"}) EXPECT_TRUE(result->knows_module(intern(name))) << name;
  EXPECT_FALSE(result->knows_module(intern("String")));
  EXPECT_FALSE(result->knows_module(intern("nobody")));
}

TEST(Reader, ReadsBehavioursAndCallbacks) {
  const auto result = read(
      "source S\nbehaviour gen_server process=gen_server\nbehaviour Plug process=per_request many\n"
      "callback gen_server:handle_call/3 role=call message=1 from=2 state=3\n"
      "callback Plug.call/2 role=run input=1 optional since=elixir1.15\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_EQ(result->behaviour(intern("gen_server"))->process, "gen_server");
  EXPECT_FALSE(result->behaviour(intern("gen_server"))->many);
  EXPECT_TRUE(result->behaviour(intern("Elixir.Plug"))->many);
  EXPECT_EQ(result->behaviour(intern("nobody")), nullptr);
  const CallbackRow* call = result->callback(intern("gen_server"), intern("handle_call"), 3);
  ASSERT_NE(call, nullptr);
  EXPECT_EQ(call->role, "call");
  EXPECT_EQ(call->message_argument, 1);
  EXPECT_EQ(call->from_argument, 2);
  EXPECT_EQ(call->state_argument, 3);
  EXPECT_FALSE(call->optional);
  const CallbackRow* plug = result->callback(intern("Elixir.Plug"), intern("call"), 2);
  ASSERT_NE(plug, nullptr);
  EXPECT_EQ(plug->input_argument, 1);
  EXPECT_TRUE(plug->optional);
  EXPECT_EQ(plug->since, "elixir1.15");
  EXPECT_EQ(result->callback(intern("gen_server"), intern("handle_call"), 2), nullptr);
}

TEST(Reader, TakesCommentsTabsAndWindowsLines) {
  const auto result = read("# all about m\r\n\r\nsource\tS\r\nfunction\tm:f/1\tlog\tbound=5  # said so\r\n");
  ASSERT_TRUE(result) << result.error();
  EXPECT_EQ(result->function(intern("m"), intern("f"), 1)->bound.milliseconds, 5);
}

TEST(Reader, LetsARowNameItsOwnSource) {
  EXPECT_EQ(only_row("source S\nfunction m:f/1 - bound=5 source=the manual, page 3\n").source, "the manual, page 3");
}

TEST(Reader, DoesNotCarryASourceIntoTheNextFile) {
  const std::vector<DataFile> files = {{"a.tsv", "source S\nfunction m:f/1 -\n"}, {"b.tsv", "function m:g/1 -\n"}};
  const auto result = Knowledge::read(files);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error(), "b.tsv:1: no source: neither source= on the row nor a source row above it");
}

TEST(Reader, FindsEveryRowOfALargeFile) {
  std::string text = "source S\n";
  for (int i = 0; i < 3000; ++i) text += "function m" + std::to_string(i % 70) + ":f" + std::to_string(i) + "/1 log\n";
  const auto result = read(text);
  ASSERT_TRUE(result) << result.error();
  ASSERT_EQ(result->functions().size(), 3000u);
  for (const FunctionRow& row : result->functions()) ASSERT_EQ(result->function(row.module, row.name, 1), &row);
}

struct Fault {
  const char* line;
  const char* message;
};

class ReaderFaults : public testing::TestWithParam<Fault> {};

TEST_P(ReaderFaults, AreNamedWithFileAndLine) {
  const std::string text = std::string("source S\n") + GetParam().line + "\n";
  EXPECT_EQ(error_of(text), std::string("knowledge/a.tsv:2: ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Each, ReaderFaults,
    testing::Values(Fault{"functoin m:f/1 log", "unknown kind of row 'functoin'; did you mean 'function'?"},
                    Fault{"function m:f/1 htpp", "unknown effect 'htpp'; did you mean 'http'?"},
                    Fault{"function m:f/1 log,calll", "unknown effect 'calll'; did you mean 'call'?"},
                    Fault{"function m:f/1 log bund=5", "unknown field of a function row 'bund'; did you mean 'bound'?"},
                    Fault{"function m:f/1 log runs=callr closure=1", "unknown place to run 'callr'; did you mean 'caller'?"},
                    Fault{"function m:f/1 log returns=tabel", "unknown resource 'tabel'; did you mean 'table'?"},
                    Fault{"function m:f/1 log input=bodi", "unknown kind of input 'bodi'; did you mean 'body'?"},
                    Fault{"behaviour b process=gen_serve", "unknown class of process 'gen_serve'; did you mean 'gen_server'?"},
                    Fault{"behaviour b", "a behaviour row needs process="},
                    Fault{"behaviour b kind=x process=task",
                          "unknown field of a behaviour row 'kind'; known are: process many source"},
                    Fault{"function m:f/1 log bound=soon", "bound='soon' is neither milliseconds nor infinity nor unknown"},
                    Fault{"function m:f/1 log bound=-5", "bound='-5' is neither milliseconds nor infinity nor unknown"},
                    Fault{"function m:f/1 log timeout=0", "timeout='0' is not the position of an argument, counted from 1"},
                    Fault{"function m:f/1 log timeout=x", "timeout='x' is not the position of an argument, counted from 1"},
                    Fault{"function m:f/1 log timeout=2", "timeout 2 lies beyond the arity of m:f/1"},
                    Fault{"function m:f/1..2 log option=timeout@3", "option 3 lies beyond the arity of m:f/1..2"},
                    Fault{"function m:f/1 log closure=2", "closure 2 lies beyond the arity of m:f/1"},
                    Fault{"function m:f/2 log mfa=1", "mfa= needs module, function and arguments within the arity of m:f/2"},
                    Fault{"function m:f/1 log runs=later", "runs= without closure= or mfa="},
                    Fault{"function m:f/1 log when=keys", "when= has the form option:value"},
                    Fault{"function m:f/1", "the effects are missing; write them after the function, or - for none"},
                    Fault{"function m:f/1 bound=5", "the effects are missing; write them after the function, or - for none"},
                    Fault{"function m.f/1 log", "'m.f/1' is no function; write module:name/arity or Module.name/arity"},
                    Fault{"function m:f log", "'m:f' is no function; write module:name/arity or Module.name/arity"},
                    Fault{"function m:f/x log", "'x' is no arity; write 2, 2..4 or *"},
                    Fault{"function m:f/3..2 log", "'3..2' is no arity; write 2, 2..4 or *"},
                    Fault{"function m:f/99 log", "'99' is no arity; write 2, 2..4 or *"},
                    Fault{"callback b:f/1 role=init", "the behaviour of b:f/1 has no behaviour row above"},
                    Fault{"module 1up", "'1up' is not the name of a module"}, Fault{"module", "a module row without a module"},
                    Fault{"source", "a source row without a source"}));

TEST(Reader, RefusesARowThatStandsTwice) {
  EXPECT_EQ(error_of("source S\nfunction m:f/1..3 log\nfunction m:f/2 http\n"),
            "knowledge/a.tsv:3: m:f/2 stands twice; first at knowledge/a.tsv:2");
  EXPECT_EQ(error_of("source S\nbehaviour b process=task\nbehaviour b process=agent\n"),
            "knowledge/a.tsv:3: b stands twice; first at knowledge/a.tsv:2");
  EXPECT_EQ(error_of("source S\nbehaviour b process=task\ncallback b:i/1 role=init\ncallback b:i/1 role=run\n"),
            "knowledge/a.tsv:4: b:i/1 stands twice; first at knowledge/a.tsv:3");
}

TEST(Reader, RefusesUnknownWordsOfACallback) {
  EXPECT_EQ(error_of("source S\nbehaviour b process=task\ncallback b:i/1 role=inti\n"),
            "knowledge/a.tsv:3: unknown role 'inti'; did you mean 'init'?");
  EXPECT_EQ(error_of("source S\nbehaviour b process=task\ncallback b:i/1 role=init state=2\n"),
            "knowledge/a.tsv:3: argument 2 lies beyond the arity of b:i/1");
  EXPECT_EQ(error_of("source S\nbehaviour b process=task\ncallback b:i/1\n"), "knowledge/a.tsv:3: a callback row needs role=");
}

TEST(Reader, RefusesARowWithoutASource) {
  EXPECT_EQ(error_of("function m:f/1 log\n"),
            "knowledge/a.tsv:1: no source: neither source= on the row nor a source row above it");
}

}  // namespace
}  // namespace beamwright::knowledge
