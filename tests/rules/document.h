// Reads the document of a rule: its headings and the examples that are its tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beamwright::tests {

// A line that must be reported, by `# finding` or `% finding` at its end, optionally with a part of the message after a colon.
struct Mark {
  std::uint32_t line = 0;  // 1-based, in the block
  std::string message;     // empty: any
};

// A fenced block: ```elixir file=lib/a.ex also=BW401 lab=hazard, or ```elixir fixed behind it: the same file after `check --fix`.
struct Block {
  std::string language;
  std::string file;               // empty where the block is a project by itself
  std::vector<std::string> also;  // other rules that may report in it
  std::string lab;                // the variant that the lab's experiment of the rule runs it as: hazard, fix, or none
  bool fixed = false;             // what the rewrites make of the block before it with the same file name
  std::string text;
  std::uint32_t line = 0;  // of the fence in the document, 1-based
  std::vector<Mark> marks;
};

// Blocks that are reviewed together: those with a file name that follow each other with no prose or heading between. Those that
// show them fixed stand at the end of the same group.
using Group = std::vector<Block>;

struct Section {
  std::string heading;  // without the #
  int level = 0;
  std::string text;
  std::vector<Group> groups;
};

std::vector<Section> read_document(std::string_view text);

}  // namespace beamwright::tests
