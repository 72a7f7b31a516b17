#include "rules/lookup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beamwright::rules {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(RuleLookup, FindsRulesByCodeAndNameInAnyCase) {
  const auto rules = all_rules();
  ASSERT_FALSE(rules.empty());
  const RuleInfo& info = rules[0].rule->info;
  EXPECT_EQ(find_rule(rules, info.code), &rules[0]);
  EXPECT_EQ(find_rule(rules, info.name), &rules[0]);
  EXPECT_EQ(find_rule(rules, "BLOCKING_CALL_HANDLER"), find_rule(rules, "bw401"));
  EXPECT_NE(find_rule(rules, "bw401"), nullptr);
  EXPECT_EQ(find_rule(rules, "BW999"), nullptr);
  EXPECT_EQ(find_rule(rules, ""), nullptr);
}

TEST(RuleLookup, NamesTheNearestRules) {
  const auto rules = all_rules();
  EXPECT_EQ(nearest_rules(rules, "cal-cycle").front(), "call-cycle (BW403)");
  EXPECT_THAT(nearest_rules(rules, "timeout"), Contains("timeout-inversion (BW404)"));  // a part of the name
  EXPECT_LE(nearest_rules(rules, "nothing of the kind").size(), 3u);
  EXPECT_THAT(nearest_rules({}, "x"), ElementsAre());
}

}  // namespace
}  // namespace beamwright::rules
