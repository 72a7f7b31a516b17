#include "findings/intent.h"

#include <gtest/gtest.h>

namespace beamwright::findings {
namespace {

// The severity of a finding at `here` in the text, after the comments were read.
Severity weighed(std::string text, source::Language language, Severity severity = Severity::kMedium) {
  source::FileTable files;
  source::SourceFile row;
  row.path = "a";
  row.language = language;
  const auto at = static_cast<std::uint32_t>(text.find("here"));
  const source::FileId file = files.add_text(std::move(row), std::move(text));
  Finding finding;
  finding.code = "BW101";
  finding.severity = severity;
  finding.span = {file, at, at + 4};
  const Findings findings = weigh_intent({finding}, files);
  EXPECT_EQ(findings[0].path.size(), findings[0].severity == severity ? 0u : 1u);
  return findings[0].severity;
}

Severity in_elixir(std::string text) { return weighed(std::move(text), source::Language::kElixir); }
Severity in_erlang(std::string text) { return weighed(std::move(text), source::Language::kErlang); }

TEST(Intent, ACommentAboveBehindOrBelowAClauseLowersARisk) {
  EXPECT_EQ(in_elixir("  # Best effort: nobody is\n  # left to tell.\n  here()\n"), Severity::kLow);
  EXPECT_EQ(in_erlang("  here(), % the crash is safe here\n"), Severity::kLow);
  EXPECT_EQ(in_elixir("  here ->\n    # dropped on purpose\n    :ok\n"), Severity::kLow);
}

TEST(Intent, AWorseFindingStaysWhatItIs) {
  EXPECT_EQ(weighed("here() # on purpose\n", source::Language::kElixir, Severity::kHigh), Severity::kHigh);
}

TEST(Intent, ASlipWithOneRightRewriteStaysWhatItIs) {
  source::FileTable files;
  source::SourceFile row;
  row.language = source::Language::kErlang;
  Finding finding;
  finding.severity = Severity::kMedium;
  finding.span = {files.add_text(std::move(row), "% it is fine if it has expired\ntimer:cancel(Ref),\n"), 32, 37};
  finding.rewrite.edits.push_back({finding.span, "erlang:cancel_timer"});
  EXPECT_EQ(weigh_intent({finding}, files)[0].severity, Severity::kMedium);
  finding.rewrite.edits.clear();
  EXPECT_EQ(weigh_intent({finding}, files)[0].severity, Severity::kLow);
}

TEST(Intent, OtherCommentsSayNothing) {
  EXPECT_EQ(in_elixir("# asks the server\nhere()\n"), Severity::kMedium);
  EXPECT_EQ(in_elixir("# TODO this is fine until the tables grow\nhere()\n"), Severity::kMedium);
  EXPECT_EQ(in_elixir("# this is not intentional\nhere()\n"), Severity::kMedium);
  EXPECT_EQ(in_erlang("% is this by design?\nhere().\n"), Severity::kMedium);
  EXPECT_EQ(in_elixir("# on purpose\nother()\nhere()\n# on purpose\n"), Severity::kMedium);
}

TEST(Intent, AMarkInATextOrACharacterIsNoComment) {
  EXPECT_EQ(in_elixir("here(\"# on purpose\")\n"), Severity::kMedium);
  EXPECT_EQ(in_erlang("here($%, \" on purpose\"),\n"), Severity::kMedium);
  EXPECT_EQ(in_erlang("here($\", \"%\"), % on purpose\n"), Severity::kLow);
}

}  // namespace
}  // namespace beamwright::findings
