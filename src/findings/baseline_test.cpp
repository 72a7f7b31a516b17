#include "findings/baseline.h"

#include <gtest/gtest.h>

#include "findings/selection.h"

namespace beamwright::findings {
namespace {

Finding finding(std::string fingerprint) {
  Finding f;
  f.code = "BW401";
  f.name = "blocking-call-handler";
  f.family = Family::kBlocking;
  f.fingerprint = std::move(fingerprint);
  f.function = "Shop.Cart.handle_call/3";
  return f;
}

TEST(Baseline, IsReadBackAsItWasWritten) {
  const source::FileTable files;
  const std::string text = write_baseline({finding("ffffffffffffffff"), finding("0123456789abcdef")}, files);
  const Result<Fingerprints> read = read_baseline(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, (Fingerprints{"0123456789abcdef", "ffffffffffffffff"}));
  EXPECT_LT(text.find("0123"), text.find("ffff"));
  ASSERT_TRUE(read_baseline(write_baseline({}, files)));
}

TEST(Baseline, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(read_baseline("{").error(), "it is no JSON");
  EXPECT_NE(read_baseline("[]").error().find("no baseline"), std::string::npos);
  EXPECT_NE(read_baseline(R"({"beamwright_baseline": 2, "findings": []})").error().find("later"), std::string::npos);
  EXPECT_NE(read_baseline(R"({"beamwright_baseline": 1, "findings": [{"fingerprint": "xyz"}]})").error().find("finding 1"),
            std::string::npos);
}

TEST(Selection, TakesRulesByCodeNameOrFamilyAndIgnoresLast) {
  const Finding f = finding("");
  EXPECT_TRUE(is_selected({}, f));
  EXPECT_TRUE(is_selected({{"blocking"}, {}}, f));
  EXPECT_TRUE(is_selected({{"state", "bw401"}, {}}, f));
  EXPECT_FALSE(is_selected({{"state"}, {}}, f));
  EXPECT_FALSE(is_selected({{"blocking"}, {"blocking-call-handler"}}, f));
}

}  // namespace
}  // namespace beamwright::findings
