#include "app/init/marks.h"

#include <gtest/gtest.h>

namespace beamwright::app {
namespace {

constexpr std::string_view kContent = "## Gates\n\nOne.\n";

TEST(Marks, ASectionIsTakenOutOfAnyTextAsItWasPutIn) {
  for (const char* text : {"", "\n", "\n\n", "a", "a\n", "a\n\n", "a\r\nb\r\n", "a\r\n\r\n", "\r\n", "a\n\n\n\n", "a\nb"}) {
    const Edited put = put_section(text, kContent, kMarkdownComment);
    ASSERT_TRUE(put.text);
    EXPECT_TRUE(put.text->starts_with(text));
    EXPECT_EQ(put_section(put.text, kContent, kMarkdownComment).text, put.text) << "a second time";
    EXPECT_EQ(take_section(put.text, kMarkdownComment).text, text);
  }
  const Edited made = put_section(std::nullopt, kContent, kMarkdownComment);
  EXPECT_EQ(take_section(made.text, kMarkdownComment).text, std::nullopt);
}

TEST(Marks, ASectionOfAnotherVersionBecomesTodaysWhereItStands) {
  const Edited old = put_section("a\n", "old\n", kHashComment);
  const Edited now = put_section(*old.text + "\nb\n", kContent, kHashComment);
  EXPECT_EQ(take_section(now.text, kHashComment).text, "a\n\nb\n");
  EXPECT_NE(now.text->find("## Gates"), std::string::npos);
}

TEST(Marks, AChangedSectionIsItsOwners) {
  std::string text = *put_section("a\n", kContent, kMarkdownComment).text;
  text.replace(text.find("One."), 4, "Two.");
  for (const Edited& edited : {put_section(text, kContent, kMarkdownComment), take_section(text, kMarkdownComment)}) {
    EXPECT_EQ(edited.text, text);
    EXPECT_FALSE(edited.note.empty());
  }
}

TEST(Marks, AWholeFileGoesOnlyAsItWasWritten) {
  const std::string text = *put_whole_file(std::nullopt, kContent, kHashComment).text;
  EXPECT_EQ(take_whole_file(text, kHashComment).text, std::nullopt);
  EXPECT_EQ(put_whole_file(text, "new\n", kHashComment).text, put_whole_file(std::nullopt, "new\n", kHashComment).text);
  for (const std::string& other : {text + "x", "x" + text, std::string("theirs\n"), std::string()}) {
    EXPECT_EQ(take_whole_file(other, kHashComment).text, other);
    EXPECT_EQ(put_whole_file(other, kContent, kHashComment).text, other);
  }
}

// Whatever became of a text with marks in it, it is read to its end and nothing of it is lost without a reason.
TEST(Marks, SurvivesEveryCutOfAMarkedText) {
  const std::string text = *put_section("a\n", kContent, kMarkdownComment).text;
  for (std::size_t begin = 0; begin <= text.size(); ++begin) {
    for (std::size_t length = 0; length <= text.size() - begin; ++length) {
      const std::string cut = text.substr(begin, length);
      const Edited taken = take_section(cut, kMarkdownComment);
      const bool whole =
          cut.find("beamwright:begin -->") != std::string::npos && cut.find("beamwright:end ") != std::string::npos;
      ASSERT_TRUE(whole || taken.text == cut) << cut;
    }
  }
}

}  // namespace
}  // namespace beamwright::app
