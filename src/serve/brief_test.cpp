#include "serve/brief.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "serve/roots.h"

namespace beamwright::serve {
namespace {

using findings::Confidence;
using findings::Finding;
using findings::Severity;

Finding finding(Severity severity, Confidence confidence, const char* message) {
  Finding made;
  made.code = "BW401";
  made.severity = severity;
  made.confidence = confidence;
  made.message = message;
  made.function = "A.f/1";
  made.why = "It waits, e.g. for e-mail of v1.2. Then it dies.";
  made.fix = "Do not.";
  return made;
}

report::Review review() {
  report::Review made;
  made.findings = {finding(Severity::kLow, Confidence::kCertain, "a"), finding(Severity::kHigh, Confidence::kPossible, "b"),
                   finding(Severity::kHigh, Confidence::kCertain, "c"),
                   finding(Severity::kMedium, Confidence::kLikely, "d\x1b[2J")};
  made.verdict = findings::Verdict::kFixFirst;
  made.file_count = 1;
  return made;
}

TEST(Brief, TheWorstAndSurestComesFirst) {
  const report::Review made = review();
  std::string order;
  for (const Finding* each : worst_first(made, Severity::kMedium)) order += each->message[0];
  EXPECT_EQ(order, "cbd");
}

TEST(Brief, AFindingIsItsPlaceWhatWhyInASentenceAndTheRemedy) {
  const report::Review made = review();
  EXPECT_EQ(finding_text(made, made.findings[1]),
            "high BW401 . A.f/1 (possible)\n  b\n  why: It waits, e.g. for e-mail of v1.2.\n  fix: Do not.\n");
  EXPECT_EQ(finding_text(made, made.findings[3]).find('\x1b'), std::string::npos);
}

TEST(Brief, TheVerdictStandsBeforeTheCounts) {
  const report::Review made = review();
  EXPECT_EQ(verdict_text(made, worst_first(made, Severity::kInfo)), "FIX-FIRST: 2 high, 1 medium, 1 low; 1 file reviewed");
  EXPECT_EQ(counts_text({}), "no finding");
}

TEST(Roots, NothingOutsideIsReadNotEvenByALink) {
  namespace fs = std::filesystem;
  const fs::path folder = fs::canonical(fs::temp_directory_path()) / ("beamwright_roots_" + std::to_string(::getpid()));
  fs::create_directories(folder / "in" / "lib");
  fs::create_directories(folder / "out");
  fs::create_directory_symlink(folder / "out", folder / "in" / "link");
  const Roots roots = *Roots::of({(folder / "in").string()});
  EXPECT_EQ(*roots.resolve("lib"), (folder / "in" / "lib").string());
  EXPECT_EQ(*roots.resolve("."), (folder / "in").string());
  EXPECT_EQ(*roots.resolve("lib/new.ex"), (folder / "in" / "lib" / "new.ex").string());
  for (const char* path : {"..", "../out", "lib/../../out", "/", "/etc/passwd", "link", "link/a.ex"})
    EXPECT_FALSE(roots.resolve(path)) << path;
  EXPECT_FALSE(roots.resolve((folder / "inside").string()));
  EXPECT_FALSE(Roots::of({(folder / "nowhere").string()}));
  const Roots told = Roots::only({(folder / "nowhere").string(), (folder / "out").string()});
  EXPECT_TRUE(told.resolve((folder / "out").string()));
  EXPECT_FALSE(told.resolve((folder / "in").string()));
  EXPECT_FALSE(Roots::only({}).resolve("."));
  fs::remove_all(folder);
}

TEST(Roots, AllThereIsIsNoProjectUnlessSomebodySaysSo) {
  EXPECT_FALSE(Roots::of({})->resolve("/"));
  EXPECT_FALSE(Roots::of({})->resolve("/usr/../"));
  EXPECT_TRUE(Roots::of({})->resolve("/usr"));
  EXPECT_TRUE(Roots::of({"/"})->resolve("/"));
}

}  // namespace
}  // namespace beamwright::serve
