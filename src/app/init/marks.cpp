// The checksum is FNV-1a with 64 bits: it tells an edit from none, and guards against nothing else.
#include "app/init/marks.h"

#include <cstdint>

namespace beamwright::app {
namespace {

constexpr std::string_view kWhole = "written by beamwright init, ";
constexpr std::string_view kLeft = "it was changed since beamwright init wrote it";

// Line ends do not count: version control may have changed them.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) {
    if (c != '\r') hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[(hash >> shift) & 15];
  return out;
}

std::string comment(CommentStyle style, std::string_view text) {
  return std::string(style.open) + std::string(text) + std::string(style.close);
}

std::string with_mark(std::string_view content, CommentStyle style) {
  return std::string(content) + comment(style, std::string(kWhole) + checksum(content)) + "\n";
}

enum class Owner { kOurs, kChanged, kTheirs };

Owner owner_of_file(std::string_view text, CommentStyle style) {
  const std::string opening = std::string(style.open) + std::string(kWhole);
  const std::size_t mark = text.rfind(opening);
  if (mark == std::string_view::npos) return Owner::kTheirs;
  const std::string_view sum = text.substr(mark + opening.size(), 16);
  const std::string_view rest = text.substr(std::min(text.size(), mark + opening.size() + 16 + style.close.size()));
  return sum == checksum(text.substr(0, mark)) && rest.find_first_not_of("\r\n") == std::string_view::npos ? Owner::kOurs
                                                                                                           : Owner::kChanged;
}

// Where a section stands: from the start of its first line to the end of its last, without that line's end.
struct Section {
  std::size_t begin = 0, end = 0;
  std::string indent;
  bool ours = false;  // as it was written
};

std::optional<Section> find_section(std::string_view text, CommentStyle style) {
  const std::string first = comment(style, "beamwright:begin");
  const std::string last = std::string(style.open) + "beamwright:end";
  const std::size_t begin = text.find(first);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t end = text.find(last, begin);
  if (end == std::string_view::npos) return std::nullopt;
  Section section;
  section.begin = begin == 0 ? 0 : text.find_last_of('\n', begin - 1) + 1;
  section.indent = text.substr(section.begin, begin - section.begin);
  section.end = std::min(text.find_first_of("\r\n", end), text.size());
  const std::size_t inside = std::min(text.find('\n', begin) + 1, end);
  const std::size_t last_line = text.find_last_of('\n', end) + 1;
  const std::string_view sum = text.substr(std::min(text.size(), end + last.size() + 1), 16);
  section.ours = section.indent.find_first_not_of(" \t") == std::string::npos && inside <= last_line &&
                 sum == checksum(text.substr(inside, last_line - inside));
  return section;
}

std::string with_line_ends(std::string_view text, std::string_view line_end) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += line_end;
    } else {
      out += c;
    }
  }
  return out;
}

std::string_view line_end_of(std::string_view text) { return text.find("\r\n") != std::string_view::npos ? "\r\n" : "\n"; }

// The lines of a section, without the end of the last one.
std::string section_text(std::string_view content, CommentStyle style, std::string_view indent = {}) {
  std::string inside;
  for (std::size_t at = 0; at < content.size();) {
    const std::size_t end = std::min(content.find('\n', at), content.size() - 1) + 1;
    if (content[at] != '\n') inside += indent;
    inside += content.substr(at, end - at);
    at = end;
  }
  return std::string(indent) + comment(style, "beamwright:begin") + "\n" + inside + std::string(indent) +
         comment(style, "beamwright:end " + checksum(inside));
}

// A section that is there already: today's content in its place, unless its owner changed it.
Edited renewed(const std::string& before, const Section& section, std::string_view content, CommentStyle style) {
  if (!section.ours) return {before, std::string(kLeft)};
  return {before.substr(0, section.begin) + with_line_ends(section_text(content, style, section.indent), line_end_of(before)) +
              before.substr(section.end),
          {}};
}

}  // namespace

Edited put_whole_file(const std::optional<std::string>& before, std::string_view content, CommentStyle style) {
  const std::string wanted = with_mark(content, style);
  if (!before) return {wanted, {}};
  switch (owner_of_file(*before, style)) {
    case Owner::kOurs:
      return {with_line_ends(wanted, line_end_of(*before)), {}};
    case Owner::kChanged:
      return {before, std::string(kLeft)};
    case Owner::kTheirs:
      break;
  }
  return {before, "it is there already"};
}

Edited take_whole_file(const std::optional<std::string>& before, CommentStyle style) {
  if (!before) return {};
  const Owner owner = owner_of_file(*before, style);
  if (owner == Owner::kOurs) return {};
  return {before, owner == Owner::kChanged ? std::string(kLeft) : std::string()};
}

// A text that ends without a line end gets a section that does, too: so what is taken out again is exactly what was put in.
Edited put_section(const std::optional<std::string>& before, std::string_view content, CommentStyle style) {
  if (!before) return {section_text(content, style) + "\n", {}};
  if (const auto section = find_section(*before, style)) return renewed(*before, *section, content, style);
  const std::string made = with_line_ends(section_text(content, style), line_end_of(*before));
  const std::string line_end(line_end_of(*before));
  if (before->empty()) return {made, {}};
  if (before->ends_with('\n')) return {*before + line_end + made + line_end, {}};
  return {*before + line_end + line_end + made, {}};
}

Edited put_section_at(const std::string& before, std::size_t place, std::string_view content, CommentStyle style,
                      std::string_view indent) {
  const std::string line_end(line_end_of(before));
  const std::string made = with_line_ends(section_text(content, style, indent), line_end) + line_end;
  return {before.substr(0, place) + made + before.substr(place), {}};
}

Edited take_section(const std::optional<std::string>& before, CommentStyle style) {
  if (!before) return {};
  const auto section = find_section(*before, style);
  if (!section) return {before, {}};
  if (!section->ours) return {before, std::string(kLeft)};
  std::string head = before->substr(0, section->begin);
  std::string tail = before->substr(section->end);
  const std::string line_end(line_end_of(*before));
  const bool ended = tail.starts_with(line_end);
  if (ended) tail.erase(0, line_end.size());
  // Alone in its file: it was made by us when its last line has an end, and was empty before when it has none.
  if (head.empty() && tail.empty()) return ended ? Edited{} : Edited{"", {}};
  const auto drop = [&] {
    if (head.ends_with(line_end)) head.erase(head.size() - line_end.size());
  };
  if (section->indent.empty() && (head.ends_with(line_end + line_end) || head == line_end)) drop();
  if (!ended && tail.empty()) drop();
  return {head + tail, {}};
}

bool has_section(std::string_view text, CommentStyle style) { return find_section(text, style).has_value(); }

}  // namespace beamwright::app
