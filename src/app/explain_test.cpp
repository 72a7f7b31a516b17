#include "app/explain.h"

#include <gtest/gtest.h>

namespace beamwright::app {
namespace {

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

TEST(Explain, EveryDocumentOpensWithItsRule) {
  for (const rules::RegisteredRule& rule : rules::all_rules()) {
    const std::string text = explain(rule, false);
    EXPECT_EQ(text.substr(0, text.find('\n')),
              std::string(rule.rule->info.name) + " (" + std::string(rule.rule->info.code) + ")");
  }
}

}  // namespace
}  // namespace beamwright::app
