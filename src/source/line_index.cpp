// Line starts are found with memchr, which reads many bytes per cycle; columns are counted only where one is asked for.
#include "source/line_index.h"

#include <algorithm>
#include <cstring>

#include "source/utf8.h"

namespace beamwright::source {
namespace {

constexpr std::uint32_t kLongLine = 1u << 16;  // bytes between two checkpoints

}  // namespace

std::size_t count_line_ends(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull, kLow = 0x7f * kOnes, kLineEnds = '\n' * kOnes;
  std::size_t count = 0, at = 0;
  while (at + 8 <= text.size()) {
    // Each lane counts its own line ends; after 255 steps it might overflow.
    std::uint64_t lanes = 0;
    for (int step = 0; step < 255 && at + 8 <= text.size(); ++step, at += 8) {
      std::uint64_t word;
      std::memcpy(&word, text.data() + at, sizeof word);
      word ^= kLineEnds;
      lanes += (~(((word & kLow) + kLow) | word) >> 7) & kOnes;  // 1 where the byte is zero now
    }
    for (; lanes != 0; lanes >>= 8) count += lanes & 0xff;
  }
  for (; at < text.size(); ++at) count += text[at] == '\n';
  return count;
}

LineIndex::LineIndex(std::string_view text, bool bytes_are_columns) : text_(text), ascii_(bytes_are_columns || is_ascii(text)) {
  starts_.reserve(text.size() / 32 + 1);
  starts_.push_back(0);
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin; at < end;) {
    const auto* line_end = static_cast<const char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
    if (!line_end) break;
    at = line_end + 1;
    starts_.push_back(static_cast<std::uint32_t>(at - begin));
  }
  if (!ascii_) add_checkpoints();
}

void LineIndex::add_checkpoints() {
  for (std::size_t line = 0; line < starts_.size(); ++line) {
    const std::size_t start = starts_[line];
    const std::size_t end = line + 1 < starts_.size() ? starts_[line + 1] : text_.size();
    if (end - start < 2 * kLongLine) continue;
    std::uint32_t column = 1;
    for (std::size_t at = start, next = start + kLongLine; at < end; ++column) {
      if (at >= next) {
        checkpoints_.push_back({static_cast<std::uint32_t>(at), column});
        next += kLongLine;
      }
      const std::size_t length = character_length(text_, at);
      at += length ? length : 1;
    }
  }
}

Position LineIndex::position(std::uint32_t offset) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  const std::uint32_t start = *(after - 1);
  Position position{static_cast<std::uint32_t>(after - starts_.begin()), 1};
  if (ascii_) {
    position.column = offset - start + 1;
    return position;
  }
  std::uint32_t from = start;
  const auto checkpoint = std::upper_bound(checkpoints_.begin(), checkpoints_.end(), offset,
                                           [](std::uint32_t place, const Checkpoint& c) { return place < c.offset; });
  if (checkpoint != checkpoints_.begin() && (checkpoint - 1)->offset > start) {
    from = (checkpoint - 1)->offset;
    position.column = (checkpoint - 1)->column;
  }
  // Whole characters before the offset: one that reaches beyond it is the character the offset is in.
  for (std::uint32_t at = from; at < offset; ++position.column) {
    const std::size_t length = std::max<std::size_t>(1, character_length(text_, at));
    if (at + length > offset) break;
    at += static_cast<std::uint32_t>(length);
  }
  return position;
}

std::uint32_t LineIndex::line_start(std::uint32_t line) const {
  if (line == 0) return 0;
  return line <= starts_.size() ? starts_[line - 1] : static_cast<std::uint32_t>(text_.size());
}

std::string_view LineIndex::line_text(std::uint32_t line) const {
  if (line == 0 || line > starts_.size()) return {};
  const std::size_t start = starts_[line - 1];
  std::size_t end = line < starts_.size() ? starts_[line] - 1 : text_.size();
  // A carriage return belongs to the line end only where a line feed follows.
  if (line < starts_.size() && end > start && text_[end - 1] == '\r') --end;
  return text_.substr(start, end - start);
}

}  // namespace beamwright::source
