// Places as editors count them: lines from 0, and in a line the units of an encoding that both sides agreed on. LSP 3.17,
// "Position": a column behind the end of its line is the end; "\n", "\r\n" and "\r" end lines.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace beamwright::serve {

enum class Encoding : std::uint8_t { kUtf8, kUtf16, kUtf32 };

std::string_view to_string(Encoding encoding);  // "utf-16"

struct Place {
  std::uint32_t line = 0;
  std::uint32_t character = 0;
  auto operator<=>(const Place&) const = default;
};

// The lines of one text, which must outlive the object. A byte that is no UTF-8 counts as one unit in every encoding: it was one
// character, U+FFFD, to whoever sent the text.
class Lines {
 public:
  explicit Lines(std::string_view text);

  Place place(std::uint32_t offset, Encoding encoding) const;
  // The byte at a place; places outside of the text are moved to the nearest one inside, and one within a character to its begin.
  std::uint32_t offset(Place place, Encoding encoding) const;
  std::uint32_t count() const { return static_cast<std::uint32_t>(starts_.size()); }
  // A line without its end; empty where there is none.
  std::string_view line(std::uint32_t number) const;

 private:
  std::string_view text_;
  std::vector<std::uint32_t> starts_;
};

}  // namespace beamwright::serve
