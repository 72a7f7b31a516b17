#include "document.h"

#include <algorithm>
#include <sstream>

namespace beamwright::tests {

namespace {

class Reader {
 public:
  std::vector<Section> read(std::string_view document) {
    std::istringstream in{std::string(document)};
    std::string line;
    for (std::uint32_t number = 1; std::getline(in, line); ++number) {
      if (in_block_) {
        read_block_line(line);
      } else if (line.starts_with("```")) {
        begin_block(line.substr(3), number);
      } else if (line.starts_with("#")) {
        const std::size_t level = line.find_first_not_of('#');
        sections_.push_back({line.substr(level + 1), static_cast<int>(level), "", {}});
        group_open_ = false;
      } else {
        if (!line.empty()) group_open_ = false;
        if (!sections_.empty()) sections_.back().text += line + "\n";
      }
    }
    return std::move(sections_);
  }

 private:
  void begin_block(const std::string& header, std::uint32_t number) {
    in_block_ = true;
    block_ = {};
    block_.line = number;
    std::istringstream words(header);
    words >> block_.language;
    for (std::string word; words >> word;) {
      if (word.starts_with("file=")) block_.file = word.substr(5);
      if (word.starts_with("also=")) block_.also.push_back(word.substr(5));
      if (word == "fixed") block_.fixed = true;
      if (word.starts_with("lab=")) block_.lab = word.substr(4);
    }
  }

  void read_block_line(const std::string& line) {
    if (line.starts_with("```")) {
      in_block_ = false;
      end_block();
      return;
    }
    block_.text += line + "\n";
    const std::string comment = block_.language == "erlang" ? "% finding" : "# finding";
    const std::size_t at = line.rfind(comment);
    if (at == std::string::npos) return;
    const std::string rest = line.substr(at + comment.size());
    const auto number = static_cast<std::uint32_t>(std::count(block_.text.begin(), block_.text.end(), '\n'));
    block_.marks.push_back({number, rest.starts_with(": ") ? rest.substr(2) : ""});
  }

  void end_block() {
    if (sections_.empty()) return;
    std::vector<Group>& groups = sections_.back().groups;
    const bool follows = group_open_ && !block_.file.empty() && !groups.empty() && !groups.back().back().file.empty() &&
                         groups.back().back().language == block_.language && !groups.back().back().fixed;
    const bool joins = follows || (block_.fixed && !groups.empty());
    if (!joins) groups.emplace_back();
    groups.back().push_back(std::move(block_));
    group_open_ = true;
  }

  std::vector<Section> sections_;
  Block block_;
  bool in_block_ = false;
  bool group_open_ = false;
};

}  // namespace

std::vector<Section> read_document(std::string_view text) { return Reader().read(text); }

}  // namespace beamwright::tests
