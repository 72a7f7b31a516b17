#include "source/diagnostic.h"

#include <gtest/gtest.h>

namespace beamwright::source {
namespace {

TEST(Diagnostic, KindsHaveTheWordsOfTheContract) {
  EXPECT_EQ(to_string(DiagnosticKind::kSyntax), "syntax");
  EXPECT_EQ(to_string(DiagnosticKind::kIo), "io");
  EXPECT_EQ(to_string(DiagnosticKind::kInternal), "internal");
}

}  // namespace
}  // namespace beamwright::source
