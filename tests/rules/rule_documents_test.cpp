// The documents of the rules are their tests. Each example is reviewed through the real pipeline, and exactly its marked lines
// must be reported by the rule; other rules may report only where the block says so.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <tuple>

#include "document.h"
#include "findings/rewriting.h"
#include "rules/rule.h"
#include "rules/run.h"
#include "support/review.h"

namespace beamwright::tests {
namespace {

std::string file_name(const Block& block) {
  if (!block.file.empty()) return block.file;
  return block.language == "erlang" ? "src/example.erl" : "lib/example.ex";
}

// Without the marks, whose line ends a fixed block need not repeat.
std::string without_marks(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    const std::size_t mark = std::min(line.find("# finding"), line.find("% finding"));
    if (mark != std::string_view::npos) line = line.substr(0, line.find_last_not_of(" ", mark - 1) + 1);
    result += line;
    if (mark != std::string_view::npos) result += '\n';
  }
  return result;
}

class RuleDocument : public testing::Test {
 public:
  explicit RuleDocument(const rules::RegisteredRule& registered) : info_(registered.rule->info), text_(registered.document) {}

  void TestBody() override {
    const std::vector<Section> sections = read_document(text_);
    check_headings(sections);
    for (const Section& section : sections) {
      for (const Group& group : section.groups) check_group(section, group);
    }
    for (const std::string language : {"elixir", "erlang"}) {
      EXPECT_GT(firing_[language], 0) << info_.name << " never fires in " << language;
      EXPECT_GT(silent_[language], 0) << info_.name << " is never silent in " << language;
    }
    check_lab(sections);
    check_measured(sections);
  }

 private:
  void check_headings(const std::vector<Section>& sections) {
    std::vector<std::string> found;
    for (const Section& section : sections)
      found.push_back(std::string(static_cast<std::size_t>(section.level), '#') + " " + section.heading);
    const std::vector<std::string> wanted = {"# " + std::string(info_.name) + " (" + std::string(info_.code) + ")",
                                             "## What it finds",
                                             "## Why it matters",
                                             "## Fires",
                                             "## Stays silent",
                                             "## Instead"};
    if (!found.empty() && found.back() == "## Measured") found.pop_back();  // the build's, from docs/lab.json
    EXPECT_EQ(found, wanted);
    for (const Section& section : sections) {
      if (section.heading == "What it finds" || section.heading == "Why it matters" || section.heading == "Instead") {
        EXPECT_GT(section.text.size(), 40u) << section.heading << " is empty";
      }
    }
  }

  // What the lab runs as the hazard is what the rule fires on, and what it runs as the fix is what the rule is silent on. Both
  // are there where the rule has an experiment, and neither where it has none.
  void check_lab(const std::vector<Section>& sections) {
    std::set<std::string> variants;
    for (const Section& section : sections) {
      for (const Group& group : section.groups) {
        for (const Block& block : group) {
          if (block.lab.empty()) continue;
          EXPECT_EQ(block.lab, section.heading == "Fires" && !block.fixed ? "hazard" : "fix") << place(block);
          variants.insert(block.lab);
        }
      }
    }
    std::string stem(info_.name);
    std::replace(stem.begin(), stem.end(), '-', '_');
    const std::string experiment = std::string(to_string(info_.family)) + "/" + stem + ".exs";
    const bool has_experiment = std::filesystem::exists(std::filesystem::path(BW_LAB_DIR) / experiment);
    EXPECT_EQ(variants, has_experiment ? std::set<std::string>({"fix", "hazard"}) : std::set<std::string>())
        << info_.name << ": the blocks that are marked for the lab and lab/" << experiment << " belong together";
  }

  // A rule that claims medium or more has figures of each VM generation that docs/lab.json has, in which its hazard shows and its
  // fix holds.
  void check_measured(const std::vector<Section>& sections) {
    const bool measured = !sections.empty() && sections.back().heading == "Measured";
    if (!measured) {
      EXPECT_LT(info_.severity, findings::Severity::kMedium) << info_.name << " is not measured: ./run lab " << info_.name;
      return;
    }
    const std::string& text = sections.back().text;
    for (const std::string generation : {"\n- OTP 25.", "\n- OTP 27."}) {
      EXPECT_NE(text.find(generation), std::string::npos) << info_.name << " is not measured on each VM: " << text;
    }
    EXPECT_EQ(text.find("does not hold"), std::string::npos) << info_.name << ": " << text;
  }

  void check_group(const Section& section, const Group& all) {
    Group group, fixed;
    for (const Block& block : all) (block.fixed ? fixed : group).push_back(block);
    ASSERT_FALSE(group.empty()) << place(all.front()) << ": nothing stands before it that it could show fixed";
    const std::string language = group.front().language;
    if (language != "elixir" && language != "erlang") return;
    std::vector<Text> texts;
    for (const Block& block : group) texts.push_back({file_name(block), block.text});
    const ReviewedTexts reviewed = review_texts(texts);
    for (const source::Diagnostic& diagnostic : reviewed.diagnostics) {
      ADD_FAILURE() << place(group.front()) << ": the example is not " << language << ": " << diagnostic.message;
    }
    EXPECT_TRUE(reviewed.failures.empty()) << place(group.front()) << ": "
                                           << (reviewed.failures.empty() ? "" : reviewed.failures[0]);
    if (group.size() > 1) check_alone(group, reviewed);
    std::size_t marks = 0;
    for (const Block& block : group) {
      marks += block.marks.size();
      check_block(block, reviewed);
    }
    EXPECT_EQ(marks > 0, section.heading == "Fires") << place(group.front()) << ": marks stand under Fires, and nowhere else";
    ++(marks > 0 ? firing_ : silent_)[language];
    check_fixed(group, fixed, reviewed);
  }

  // Where one file's findings are wanted, as an editor does, they are those that a review of all finds in that file.
  void check_alone(const Group& group, const ReviewedTexts& reviewed) {
    const auto rows = [](const findings::Findings& findings, source::FileId file) {
      std::vector<std::tuple<std::string_view, std::uint32_t, std::string>> found;
      for (const findings::Finding& finding : findings) {
        if (finding.span.file == file) found.emplace_back(finding.code, finding.span.begin, finding.message);
      }
      return found;
    };
    for (std::size_t i = 0; i < reviewed.files->size(); ++i) {
      const source::FileId file(i);
      std::vector<std::string> failures;
      const findings::Findings alone = rules::run_all(reviewed.program, reviewed.facts, 1, failures, file, {});
      EXPECT_EQ(rows(alone, file), rows(reviewed.findings, file))
          << place(group.front()) << ": " << reviewed.files->file(file).path;
    }
  }

  // What the rule's rewrites make of a group is shown, letter by letter; it parses, no other rule speaks that did not before, and
  // this one reports only what the fixed blocks mark: findings that have no rewrite.
  void check_fixed(const Group& group, const Group& fixed, const ReviewedTexts& reviewed) {
    findings::Findings own;
    for (const findings::Finding& finding : reviewed.findings) {
      if (finding.code == info_.code) own.push_back(finding);
    }
    const findings::Rewriting rewriting = findings::carry_out(own, *reviewed.files);
    EXPECT_TRUE(rewriting.choice.left.empty()) << place(group.front()) << ": two rewrites touch";
    EXPECT_EQ(rewriting.files.size(), fixed.size()) << place(group.front()) << ": each file with a rewrite is shown fixed";
    std::map<std::string, Block> blocks;
    for (const Block& block : group) blocks[file_name(block)] = block;
    for (const findings::RewrittenFile& file : rewriting.files) {
      const std::string name = reviewed.files->file(file.file).path;
      const auto shown = std::find_if(fixed.begin(), fixed.end(), [&](const Block& block) { return file_name(block) == name; });
      if (shown == fixed.end()) {
        ADD_FAILURE() << place(group.front()) << ": " << name << " becomes\n" << without_marks(file.text);
        continue;
      }
      EXPECT_EQ(without_marks(file.text), without_marks(shown->text)) << place(*shown);
      blocks[name].text = shown->text;
      blocks[name].marks = shown->marks;
    }
    if (rewriting.files.empty()) return;
    std::vector<Text> texts;
    for (const auto& [name, block] : blocks) texts.push_back({name, block.text});
    const ReviewedTexts again = review_texts(texts);
    EXPECT_TRUE(again.diagnostics.empty()) << place(fixed.front()) << ": the fixed example does not parse";
    for (const auto& [name, block] : blocks) check_block(block, again);
  }

  void check_block(const Block& block, const ReviewedTexts& reviewed) {
    std::multiset<std::uint32_t> wanted, found;
    std::string messages;
    for (const Mark& mark : block.marks) wanted.insert(mark.line);
    for (const findings::Finding& finding : reviewed.findings) {
      if (reviewed.files->file(finding.span.file).path != file_name(block)) continue;
      if (finding.code == info_.code) {
        found.insert(line_of(reviewed, finding));
        messages += "\n  line " + std::to_string(line_of(reviewed, finding)) + ": " + finding.message;
        check_finding(block, finding, line_of(reviewed, finding));
      } else {
        EXPECT_NE(std::find(block.also.begin(), block.also.end(), finding.code), block.also.end())
            << place(block) << ": " << finding.code << " reports as well, line " << line_of(reviewed, finding) << ": "
            << finding.message;
      }
    }
    EXPECT_EQ(found, wanted) << place(block) << messages;
  }

  void check_finding(const Block& block, const findings::Finding& finding, std::uint32_t line) {
    EXPECT_FALSE(finding.why.empty()) << place(block);
    EXPECT_FALSE(finding.fix.empty()) << place(block);
    EXPECT_FALSE(finding.path.empty()) << place(block);
    EXPECT_FALSE(finding.key.empty()) << place(block);
    for (const Mark& mark : block.marks) {
      if (mark.line == line && !mark.message.empty()) {
        EXPECT_NE(finding.message.find(mark.message), std::string::npos)
            << place(block) << ", line " << line << ": no \"" << mark.message << "\" in: " << finding.message;
      }
    }
  }

  std::string place(const Block& block) const { return std::string(info_.name) + ".md:" + std::to_string(block.line); }

  const rules::RuleInfo& info_;
  std::string_view text_;
  std::map<std::string, int> firing_, silent_;
};

TEST(RuleRegistry, CodesAndNamesAreUniqueAndNameTheFile) {
  std::set<std::string> codes, names, stems;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(BW_RULES_DIR)) {
    if (entry.path().extension() == ".md") stems.insert(entry.path().stem().string());
  }
  for (const rules::RegisteredRule& registered : rules::all_rules()) {
    const rules::RuleInfo& info = registered.rule->info;
    EXPECT_TRUE(codes.insert(std::string(info.code)).second) << info.code;
    EXPECT_TRUE(names.insert(std::string(info.name)).second) << info.name;
    EXPECT_FALSE(info.summary.empty()) << info.code;
    std::string stem(info.name);
    std::replace(stem.begin(), stem.end(), '-', '_');
    EXPECT_EQ(stems.count(stem), 1u) << stem << ".md";
  }
  EXPECT_EQ(codes.size(), stems.size());
}

}  // namespace
}  // namespace beamwright::tests

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (const beamwright::rules::RegisteredRule& registered : beamwright::rules::all_rules()) {
    const std::string name(registered.rule->info.name);
    testing::RegisterTest("RuleDocument", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                          [&registered]() -> testing::Test* { return new beamwright::tests::RuleDocument(registered); });
  }
  return RUN_ALL_TESTS();
}
