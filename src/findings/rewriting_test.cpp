#include "findings/rewriting.h"

#include <gtest/gtest.h>

namespace beamwright::findings {
namespace {

class Rewritings : public testing::Test {
 protected:
  source::FileId file(std::string path, std::string text) {
    source::SourceFile described;
    described.path = std::move(path);
    return files_.add_text(described, std::move(text));
  }

  // Replaces the first `old` in the file.
  Edit edit(source::FileId id, std::string_view old, std::string text) {
    const auto at = static_cast<std::uint32_t>(files_.file(id).text.find(old));
    return {{id, at, at + static_cast<std::uint32_t>(old.size())}, std::move(text)};
  }

  void add(std::vector<Edit> edits) {
    Finding finding;
    finding.rewrite = {"Do it", std::move(edits)};
    findings_.push_back(std::move(finding));
  }

  source::FileTable files_;
  Findings findings_;
};

using Indices = std::vector<std::size_t>;

TEST_F(Rewritings, ChangesEachFileOnceWhateverTheOrderOfTheFindings) {
  const source::FileId b = file("b", "one two three"), a = file("a", "four");
  add({edit(b, "three", "3")});
  add({edit(b, "one", "1"), edit(a, "four", "4")});
  const Rewriting result = carry_out(findings_, files_);
  ASSERT_EQ(result.files.size(), 2u);
  EXPECT_EQ(result.files[0].file, a);
  EXPECT_EQ(result.files[0].text, "4");
  EXPECT_EQ(result.files[1].text, "1 two 3");
  EXPECT_EQ(result.files[1].from, (Indices{1, 0}));
  EXPECT_EQ(result.choice.done, (Indices{0, 1}));
}

TEST_F(Rewritings, TakesTheFirstOfTwoThatOverlapAndNamesTheOther) {
  const source::FileId a = file("a", "one two");
  add({edit(a, "one", "1")});
  add({edit(a, "e t", "x"), edit(a, "wo", "y")});
  add({});
  const Rewriting result = carry_out(findings_, files_);
  EXPECT_EQ(result.files.at(0).text, "1 two");
  EXPECT_EQ(result.choice.done, (Indices{0}));
  EXPECT_EQ(result.choice.left, (Indices{1}));
  EXPECT_EQ(result.choice.without, (Indices{2}));
}

TEST_F(Rewritings, TakesNoTwoInsertionsAtOnePlace) {
  const source::FileId a = file("a", "one");
  add({{{a, 3, 3}, "!"}});
  add({{{a, 3, 3}, "?"}});
  EXPECT_EQ(carry_out(findings_, files_).choice.left, (Indices{1}));
}

TEST_F(Rewritings, DoesOnceWhatTwoFindingsAskFor) {
  const source::FileId a = file("a", "one");
  add({edit(a, "one", "1")});
  add({edit(a, "one", "1")});
  const Rewriting result = carry_out(findings_, files_);
  EXPECT_EQ(result.files.at(0).text, "1");
  EXPECT_EQ(result.choice.done, (Indices{0, 1}));
  EXPECT_EQ(result.choice.edits, (Indices{0}));
}

TEST_F(Rewritings, WritesLineEndsAsTheFileDoes) {
  const source::FileId windows = file("a", "\xEF\xBB\xBFone\r\ntwo\r\n"), unix = file("b", "one\ntwo\n");
  add({edit(windows, "one", "1\n2")});
  add({edit(unix, "one", "1\n2")});
  const Rewriting result = carry_out(findings_, files_);
  EXPECT_EQ(result.files[0].text,
            "\xEF\xBB\xBF"
            "1\r\n2\r\ntwo\r\n");
  EXPECT_EQ(result.files[1].text, "1\n2\ntwo\n");
}

}  // namespace
}  // namespace beamwright::findings
