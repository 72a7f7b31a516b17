#include "serve/positions.h"

#include <algorithm>

#include "source/utf8.h"

namespace beamwright::serve {
namespace {

// How many units a well-formed character of so many bytes is; a byte that belongs to none is one.
std::uint32_t units(std::size_t bytes, Encoding encoding) {
  if (bytes == 0) return 1;
  if (encoding == Encoding::kUtf8) return static_cast<std::uint32_t>(bytes);
  return encoding == Encoding::kUtf16 && bytes == 4 ? 2 : 1;
}

}  // namespace

std::string_view to_string(Encoding encoding) {
  constexpr std::string_view kNames[] = {"utf-8", "utf-16", "utf-32"};
  return kNames[static_cast<std::size_t>(encoding)];
}

Lines::Lines(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t i = text.find_first_of("\r\n"); i != std::string_view::npos; i = text.find_first_of("\r\n", i)) {
    i += text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n' ? 2 : 1;
    starts_.push_back(static_cast<std::uint32_t>(i));
  }
}

std::string_view Lines::line(std::uint32_t number) const {
  if (number >= starts_.size()) return {};
  const std::size_t end = number + 1 < starts_.size() ? starts_[number + 1] : text_.size();
  std::string_view line = text_.substr(starts_[number], end - starts_[number]);
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

Place Lines::place(std::uint32_t offset, Encoding encoding) const {
  offset = std::min(offset, static_cast<std::uint32_t>(text_.size()));
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), offset);
  Place place{static_cast<std::uint32_t>(next - starts_.begin() - 1), 0};
  const std::string_view text = line(place.line);
  const std::size_t stop = offset - starts_[place.line];
  for (std::size_t at = 0; at < std::min(stop, text.size());) {
    const std::size_t bytes = source::character_length(text, at);
    if (at + std::max<std::size_t>(bytes, 1) > stop) break;
    place.character += units(bytes, encoding);
    at += std::max<std::size_t>(bytes, 1);
  }
  return place;
}

std::uint32_t Lines::offset(Place place, Encoding encoding) const {
  if (place.line >= starts_.size()) return static_cast<std::uint32_t>(text_.size());
  const std::string_view text = line(place.line);
  std::uint32_t character = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t bytes = source::character_length(text, at);
    character += units(bytes, encoding);
    if (character > place.character) break;
    at += std::max<std::size_t>(bytes, 1);
  }
  return starts_[place.line] + static_cast<std::uint32_t>(at);
}

}  // namespace beamwright::serve
