#include "review/process.h"

#include <gtest/gtest.h>

namespace beamwright::review {
namespace {

Result<std::string> shell(const char* script) { return run_program({"sh", "-c", script}); }

TEST(Process, GivesWhatTheProgramPrints) {
  const Result<std::string> text = shell("echo one; echo two");
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "one\ntwo\n");
}

TEST(Process, SaysWhyItFailedByItsLastLine) { EXPECT_EQ(shell("echo first >&2; echo last >&2; exit 1").error(), "last"); }

// As git does where a folder above is another file system.
TEST(Process, TakesTheFatalLineBeforeAHintThatFollowsIt) {
  EXPECT_EQ(shell("echo 'fatal: not a git repository' >&2; echo 'Stopping at a boundary.' >&2; exit 128").error(),
            "fatal: not a git repository");
  EXPECT_EQ(shell("echo warning >&2; echo 'fatal: no' >&2; echo hint >&2; exit 1").error(), "fatal: no");
}

TEST(Process, NamesWhatFailedWithoutAWord) { EXPECT_EQ(shell("exit 3").error(), "sh failed"); }

}  // namespace
}  // namespace beamwright::review
