#include "base/nearest.h"

#include <gtest/gtest.h>

#include <array>

namespace beamwright {
namespace {

TEST(Nearest, CountsAddedRemovedAndChangedLetters) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("severity", "severity"), 0u);
}

TEST(Nearest, NamesTheWordThatWasMeant) {
  constexpr std::array<std::string_view, 3> known{"severity", "exclude", "enabled"};
  EXPECT_EQ(nearest_word("severty", known), "severity");
  EXPECT_EQ(nearest_word("exlude", known), "exclude");
}

TEST(Nearest, NamesNothingThatIsFarFromIt) {
  constexpr std::array<std::string_view, 2> known{"severity", "exclude"};
  EXPECT_EQ(nearest_word("colour", known), "");
  EXPECT_EQ(nearest_word("", known), "");
}

}  // namespace
}  // namespace beamwright
