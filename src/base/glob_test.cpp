#include "base/glob.h"

#include <gtest/gtest.h>

namespace beamwright {
namespace {

TEST(Glob, AStarStaysInsideOnePart) {
  EXPECT_TRUE(glob_matches("lib/*.ex", "lib/cart.ex"));
  EXPECT_FALSE(glob_matches("lib/*.ex", "lib/shop/cart.ex"));
  EXPECT_TRUE(glob_matches("lib/*/cart.ex", "lib/shop/cart.ex"));
  EXPECT_FALSE(glob_matches("*.erl", "src/a.erl"));
  EXPECT_TRUE(glob_matches("a*b*c", "axxbyyc"));
  EXPECT_FALSE(glob_matches("a*b*c", "axxbyy"));
}

TEST(Glob, TwoStarsCrossAnyNumberOfParts) {
  EXPECT_TRUE(glob_matches("lib/**/cart.ex", "lib/cart.ex"));
  EXPECT_TRUE(glob_matches("lib/**/cart.ex", "lib/a/b/cart.ex"));
  EXPECT_TRUE(glob_matches("**/*.erl", "a.erl"));
  EXPECT_TRUE(glob_matches("**/*.erl", "apps/a/src/a.erl"));
  EXPECT_FALSE(glob_matches("**/a.erl", "src/aa.erl"));
  EXPECT_TRUE(glob_matches("lib/**", "lib/a/b.ex"));
  EXPECT_FALSE(glob_matches("lib/**", "src/a.erl"));
}

TEST(Glob, AFolderCoversWhatIsBelowIt) {
  EXPECT_TRUE(glob_matches("lib/legacy", "lib/legacy/old.ex"));
  EXPECT_TRUE(glob_matches("lib/legacy/", "lib/legacy/a/old.ex"));
  EXPECT_FALSE(glob_matches("lib/legacy", "lib/legacy_too/old.ex"));
}

TEST(Glob, AQuestionMarkIsOneCharacter) {
  EXPECT_TRUE(glob_matches("a?.ex", "ab.ex"));
  EXPECT_FALSE(glob_matches("a?.ex", "a/.ex"));
  EXPECT_FALSE(glob_matches("a?.ex", "a.ex"));
}

TEST(Glob, NamesHaveDots) {
  EXPECT_TRUE(glob_matches("Shop.Console.*", "Shop.Console.Repair", '.'));
  EXPECT_FALSE(glob_matches("Shop.*.Repair", "Shop.A.B.Repair", '.'));
  EXPECT_TRUE(glob_matches("Shop", "Shop.Cart", '.'));
}

TEST(Glob, NothingMatchesAnEmptyPattern) {
  EXPECT_FALSE(glob_matches("", "a"));
  EXPECT_FALSE(glob_matches("", ""));
  EXPECT_FALSE(glob_matches("/", ""));
}

TEST(Glob, ManyStarsTakeNoMoreThanTheProductOfTheLengths) {
  std::string pattern, text(20000, 'a');
  for (int i = 0; i < 200; ++i) pattern += "*a";
  EXPECT_FALSE(glob_matches(pattern + "b", text));
}

}  // namespace
}  // namespace beamwright
