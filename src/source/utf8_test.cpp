#include "source/utf8.h"

#include <gtest/gtest.h>

namespace beamwright::source {
namespace {

TEST(Utf8, KnowsWellFormedCharacters) {
  EXPECT_EQ(character_length("a", 0), 1u);
  EXPECT_EQ(character_length("\u00e9", 0), 2u);
  EXPECT_EQ(character_length("\u20ac", 0), 3u);
  EXPECT_EQ(character_length("\U0010FFFF", 0), 4u);
}

TEST(Utf8, RefusesWhatTheStandardRefuses) {
  EXPECT_EQ(character_length("\x80", 0), 0u);              // a continuation byte alone
  EXPECT_EQ(character_length("\xc0\xaf", 0), 0u);          // overlong
  EXPECT_EQ(character_length("\xe0\x9f\xbf", 0), 0u);      // overlong
  EXPECT_EQ(character_length("\xed\xa0\x80", 0), 0u);      // a surrogate
  EXPECT_EQ(character_length("\xf4\x90\x80\x80", 0), 0u);  // above U+10FFFF
  EXPECT_EQ(character_length("\xf5\x80\x80\x80", 0), 0u);
  EXPECT_EQ(character_length("\xe2\x82", 0), 0u);  // cut off
  EXPECT_EQ(character_length("\xc3(", 0), 0u);
}

TEST(Utf8, SeesOneHighByteInALongText) {
  std::string text(1000, 'a');
  EXPECT_TRUE(is_ascii(text));
  for (const std::size_t at : {0u, 7u, 8u, 992u, 999u}) {
    std::string changed = text;
    changed[at] = '\x80';
    EXPECT_FALSE(is_ascii(changed)) << at;
  }
  EXPECT_TRUE(is_ascii(""));
}

TEST(Utf8, CountsCharactersAndBrokenBytes) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("0123456789\u00e9\u20ac!"), 13u);
  EXPECT_EQ(count_characters("\xff\xc3("), 3u);
}

TEST(Utf8, ReplacesBrokenBytesAndKeepsTheRest) {
  EXPECT_EQ(to_valid_utf8("plain, \u00e9 and \u20ac"), "plain, \u00e9 and \u20ac");
  EXPECT_EQ(to_valid_utf8("a\xff"
                          "b\xe2\x82"),
            "a\uFFFDb\uFFFD\uFFFD");
}

}  // namespace
}  // namespace beamwright::source
