#include "app/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beamwright::app {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(Explain, SetsMarkdownForATerminal) {
  EXPECT_EQ(set_markdown("# name (BW1)\n\n## What it finds\nOne line\nand another.\n\n- first\n- second, which\n  goes on\n\n"
                         "```elixir\ndef f do\n\n  1\nend\n```\n## Instead\nNothing.\n",
                         false),
            "name (BW1)\n\nWhat it finds\n\nOne line and another.\n\n- first\n- second, which goes on\n\n"
            "    def f do\n\n      1\n    end\n\nInstead\n\nNothing.\n");
}

TEST(Explain, WrapsParagraphsAndNotCode) {
  std::string words, code(150, 'x');
  for (int i = 0; i < 30; ++i) words += "word" + std::to_string(i) + " ";
  const std::string set = set_markdown(words + "\n\n```\n" + code + "\n```\n", false);
  EXPECT_NE(set.find("\nword"), std::string::npos);
  EXPECT_NE(set.find("    " + code + "\n"), std::string::npos);
}

TEST(Explain, FindsRulesByCodeAndNameInAnyCase) {
  const auto rules = rules::all_rules();
  ASSERT_FALSE(rules.empty());
  const rules::RuleInfo& info = rules[0].rule->info;
  EXPECT_EQ(find_rule(rules, info.code), &rules[0]);
  EXPECT_EQ(find_rule(rules, info.name), &rules[0]);
  EXPECT_EQ(find_rule(rules, "BLOCKING_CALL_HANDLER"), find_rule(rules, "bw401"));
  EXPECT_NE(find_rule(rules, "bw401"), nullptr);
  EXPECT_EQ(find_rule(rules, "BW999"), nullptr);
  EXPECT_EQ(find_rule(rules, ""), nullptr);
}

TEST(Explain, NamesTheNearestRules) {
  const auto rules = rules::all_rules();
  EXPECT_EQ(nearest_rules(rules, "cal-cycle").front(), "call-cycle (BW403)");
  EXPECT_THAT(nearest_rules(rules, "timeout"), Contains("rpc-without-timeout (BW604)"));  // a part of the name
  EXPECT_LE(nearest_rules(rules, "nothing of the kind").size(), 3u);
  EXPECT_THAT(nearest_rules({}, "x"), ElementsAre());
}

TEST(Explain, EveryDocumentOpensWithItsRule) {
  for (const rules::RegisteredRule& rule : rules::all_rules()) {
    const std::string text = explain(rule, false);
    EXPECT_EQ(text.substr(0, text.find('\n')),
              std::string(rule.rule->info.name) + " (" + std::string(rule.rule->info.code) + ")");
  }
}

}  // namespace
}  // namespace beamwright::app
