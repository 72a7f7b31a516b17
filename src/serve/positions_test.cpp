#include "serve/positions.h"

#include <gtest/gtest.h>

#include <string>

namespace beamwright::serve {
namespace {

constexpr Encoding kAll[] = {Encoding::kUtf8, Encoding::kUtf16, Encoding::kUtf32};

TEST(Positions, EveryPlaceBetweenCharactersIsReadBack) {
  const std::string text = "ascii\né😀\r\n\n𝒳y\rz";
  const Lines lines(text);
  EXPECT_EQ(lines.count(), 5u);
  for (const Encoding encoding : kAll) {
    for (std::uint32_t offset = 0; offset <= text.size(); ++offset) {
      const bool inside = offset < text.size() && (static_cast<unsigned char>(text[offset]) & 0xC0) == 0x80;
      const bool in_line_end = offset > 0 && offset < text.size() && text[offset - 1] == '\r' && text[offset] == '\n';
      if (inside || in_line_end) continue;
      EXPECT_EQ(lines.offset(lines.place(offset, encoding), encoding), offset) << to_string(encoding);
    }
  }
}

TEST(Positions, AstralCharactersAreFourTwoAndOne) {
  const Lines lines("x😀y");
  EXPECT_EQ(lines.place(5, Encoding::kUtf8).character, 5u);
  EXPECT_EQ(lines.place(5, Encoding::kUtf16).character, 3u);
  EXPECT_EQ(lines.place(5, Encoding::kUtf32).character, 2u);
}

TEST(Positions, APlaceWithinACharacterIsItsBegin) {
  const Lines lines("x😀y");
  EXPECT_EQ(lines.offset({0, 2}, Encoding::kUtf16), 1u);
  EXPECT_EQ(lines.offset({0, 3}, Encoding::kUtf8), 1u);
  EXPECT_EQ(lines.place(3, Encoding::kUtf32).character, 1u);
}

TEST(Positions, BehindTheEndIsTheEnd) {
  const Lines lines("ab\ncd");
  for (const Encoding encoding : kAll) {
    EXPECT_EQ(lines.offset({0, 99}, encoding), 2u);
    EXPECT_EQ(lines.offset({99, 0}, encoding), 5u);
    EXPECT_EQ(lines.place(99, encoding), (Place{1, 2}));
  }
}

TEST(Positions, BytesThatAreNoTextCountOne) {
  const Lines lines(
      "\xff\xfe"
      "a");
  for (const Encoding encoding : kAll) EXPECT_EQ(lines.place(2, encoding).character, 2u);
}

TEST(Positions, AnEmptyTextHasOnePlace) {
  const Lines lines("");
  EXPECT_EQ(lines.count(), 1u);
  EXPECT_EQ(lines.offset({0, 0}, Encoding::kUtf16), 0u);
  EXPECT_EQ(lines.line(0), "");
  EXPECT_EQ(lines.line(7), "");
}

}  // namespace
}  // namespace beamwright::serve
