// Setting text for a terminal: colour, width, wrapping, and keeping what comes from reviewed files from steering the terminal.
#pragma once

#include <string>
#include <string_view>

namespace beamwright::report {

inline constexpr std::size_t kColumns = 100;

// Escape sequences, by what they mean here.
enum class Ink { kPlain, kBold, kDim, kRed, kBoldRed, kYellow, kCyan, kBoldGreen, kBoldYellow };

class Painter {
 public:
  explicit Painter(bool color) : color_(color) {}
  std::string operator()(Ink ink, std::string_view text) const;

 private:
  bool color_;
};

// Valid UTF-8 with nothing that a terminal obeys: control characters and marks that change the direction of text become U+FFFD;
// a tab becomes one space. Line ends stay.
std::string clean(std::string_view text);

// Columns that a text takes, one a code point.
std::size_t width(std::string_view text);

// Appends a text that may have several lines. Each is broken at spaces to end before `columns`; what is broken off goes on under
// the start of its line. `indent` columns stand before every line but the very first, which starts where the output is now. A
// word that is too long stays whole, and lines that fit stay as they are: code keeps its shape.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent, std::size_t columns = kColumns);

// 1234567 → "1,234,567"
std::string grouped(unsigned long long number);
// (1, "file") → "1 file", (2, "file") → "2 files", (2, "process", "processes") → "2 processes"
std::string counted(unsigned long long number, std::string_view one, std::string_view many = {});

}  // namespace beamwright::report
