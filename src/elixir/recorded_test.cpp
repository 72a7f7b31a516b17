// Holds the parser to what the compilers make of fixtures/constructs.txt. fixtures/record.sh wrote down their trees, with and
// without the places of literals, or the line on which they stop; no compiler is needed to run this.
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "elixir/dump.h"
#include "elixir/tree.h"
#include "source/line_index.h"

namespace beamwright::elixir {
namespace {

struct Entry {
  std::string title;
  std::string text;
};

// The parts of a file that begin with a line of "%%% title".
std::vector<Entry> entries(const std::string& name) {
  std::ifstream file(BW_SOURCE_DIR "/src/elixir/fixtures/" + name, std::ios::binary);
  std::stringstream all;
  all << file.rdbuf();
  const std::string text = "\n" + all.str();
  std::vector<Entry> found;
  for (std::size_t at = text.find("\n%%% "); at != std::string::npos;) {
    const std::size_t title = at + 5;
    const std::size_t line_end = text.find('\n', title);
    at = text.find("\n%%% ", line_end);
    const std::size_t end = at == std::string::npos ? text.size() : at + 1;
    found.push_back({text.substr(title, line_end - title), text.substr(line_end + 1, end - line_end - 1)});
  }
  return found;
}

// The words of the recorder: the tree, or the line of the first diagnostic.
std::string reading(const std::string& text, int minor, bool literals) {
  Options options;
  options.level.minor = minor;
  options.literal_metadata = literals;
  const Tree tree = parse(source::FileId(0), text, options);
  if (tree.diagnostics.empty()) return dump_tree(tree, text);
  return "rejected on line " + std::to_string(source::LineIndex(text).position(tree.diagnostics[0].span.begin).line);
}

class ElixirRecorded : public testing::TestWithParam<int> {};

TEST_P(ElixirRecorded, TreesAreThoseOfTheCompiler) {
  const int minor = GetParam();
  std::map<std::string, std::string> recorded;
  for (Entry& entry : entries("elixir_1_" + std::to_string(minor) + ".txt")) recorded[entry.title] = std::move(entry.text);
  const std::vector<Entry> constructs = entries("constructs.txt");
  ASSERT_GT(constructs.size(), 150u);
  ASSERT_EQ(recorded.size(), constructs.size()) << "titles differ: run fixtures/record.sh again";
  for (const Entry& construct : constructs) {
    const std::string ours =
        "plain: " + reading(construct.text, minor, false) + "\nliterals: " + reading(construct.text, minor, true) + "\n";
    EXPECT_EQ(ours, recorded[construct.title]) << construct.title << ":\n" << construct.text;
  }
}

INSTANTIATE_TEST_SUITE_P(Levels, ElixirRecorded, testing::Values(14, 18, 19, 20),
                         [](const auto& level) { return "Elixir1" + std::to_string(level.param); });

}  // namespace
}  // namespace beamwright::elixir
