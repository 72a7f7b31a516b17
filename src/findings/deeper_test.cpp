#include "findings/deeper.h"

#include <gtest/gtest.h>

namespace beamwright::findings {
namespace {

Finding finding(std::string_view code, std::uint32_t begin, Severity severity) {
  Finding f;
  f.code = code;
  f.span = {source::FileId(0u), begin, begin + 5};
  f.severity = severity;
  return f;
}

TEST(Deeper, SpeaksForBothAndKeepsTheWorseSeverity) {
  const Findings left = without_shallower(
      {finding("BW604", 3, Severity::kHigh), finding("BW608", 3, Severity::kMedium), finding("BW605", 3, Severity::kLow)});
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0].code, "BW608");
  EXPECT_EQ(left[0].severity, Severity::kHigh);
  EXPECT_EQ(left[1].code, "BW605");
}

TEST(Deeper, LeavesFaultsOfOtherPlacesAlone) {
  const Findings left = without_shallower({finding("BW401", 3, Severity::kHigh), finding("BW403", 9, Severity::kCritical)});
  EXPECT_EQ(left.size(), 2u);
}

}  // namespace
}  // namespace beamwright::findings
