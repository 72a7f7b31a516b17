#include "review/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beamwright::review {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string error_of(std::string_view text) {
  const Result<Configuration> read = read_configuration("p/.beamwright.toml", text);
  return read ? "" : read.error();
}

TEST(Configuration, ReadsAllItsKeys) {
  const Result<Configuration> read = read_configuration("p", R"(
fail-on = "medium"
include-tests = true
exclude = ["lib/legacy", "src/*_pb.erl"]
select = ["blocking", "bw501"]
ignore = ["call-cycle"]
baseline = "known.json"
knowledge = ["ours.tsv"]

[rules.BW401]
severity = "low"
exclude = ["lib/import"]

[rules.dynamic-atom]
enabled = false

[contexts]
tool = ["Shop.Console.*"]
request = ["Shop.Api"]
test = ["Shop.Fake*"]
)");
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(read->fail_on, "medium");
  EXPECT_EQ(read->include_tests, true);
  EXPECT_THAT(read->exclude, ElementsAre("lib/legacy", "src/*_pb.erl"));
  EXPECT_THAT(read->selection.select, ElementsAre("blocking", "bw501"));
  EXPECT_THAT(read->selection.ignore, ElementsAre("call-cycle", "BW501"));
  EXPECT_EQ(read->baseline, "known.json");
  EXPECT_THAT(read->knowledge, ElementsAre("ours.tsv"));
  ASSERT_EQ(read->rules.size(), 2u);
  EXPECT_EQ(read->rules[0].rule, "BW401");
  EXPECT_EQ(read->rules[0].severity, findings::Severity::kLow);
  EXPECT_THAT(read->rules[0].exclude, ElementsAre("lib/import"));
  EXPECT_THAT(read->contexts.tool, ElementsAre("Shop.Console.*"));
  EXPECT_THAT(read->contexts.request, ElementsAre("Shop.Api"));
  EXPECT_THAT(read->contexts.test, ElementsAre("Shop.Fake*"));
}

TEST(Configuration, SaysWhereItIsNotToml) { EXPECT_THAT(error_of("fail-on = \n"), StartsWith("p/.beamwright.toml:1:")); }

TEST(Configuration, RefusesAnUnknownKeyAndNamesTheNearest) {
  EXPECT_EQ(error_of("\nexlude = [\"lib\"]"), "p/.beamwright.toml:2:1: there is no key exlude; did you mean exclude?");
  EXPECT_THAT(error_of("[rules.BW401]\nlevel = 1"), HasSubstr("in [rules.BW401]; known are severity, exclude, enabled"));
}

TEST(Configuration, RefusesRulesThatDoNotExist) {
  EXPECT_THAT(error_of("ignore = [\"BW401\", \"blocking-calls\"]"),
              HasSubstr(":1:20: there is no rule or family blocking-calls"));
  EXPECT_THAT(error_of("[rules.BW999]\nseverity = \"low\""), HasSubstr("there is no rule or family BW999"));
}

TEST(Configuration, RefusesValuesOfTheWrongKind) {
  EXPECT_THAT(error_of("exclude = \"lib\""), HasSubstr("a list of texts"));
  EXPECT_THAT(error_of("exclude = [1]"), HasSubstr("a text is wanted"));
  EXPECT_THAT(error_of("include-tests = \"yes\""), HasSubstr("true or false"));
  EXPECT_THAT(error_of("fail-on = \"info\""), HasSubstr("none, low, medium, high, critical"));
  EXPECT_THAT(error_of("[rules.BW401]\nseverity = \"none\""), HasSubstr("wanted here: low, medium, high, critical"));
  EXPECT_THAT(error_of("rules = 1"), HasSubstr("rules is a table"));
  EXPECT_THAT(error_of("rules.BW401 = 1"), HasSubstr("settings of a rule are a table"));
  EXPECT_THAT(error_of("contexts = 1"), HasSubstr("contexts is a table"));
}

}  // namespace
}  // namespace beamwright::review
