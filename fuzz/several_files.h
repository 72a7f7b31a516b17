// Inputs that stand for several files: they are cut at form feeds, which are white space to both languages, so that seeds are
// real files with form feeds between them and the fuzzer can move code from one file to another.
#pragma once

#include <string_view>
#include <vector>

namespace beamwright::fuzz {

// At most `most` parts; the last one has the rest. Never empty.
inline std::vector<std::string_view> cut_at_form_feeds(std::string_view text, std::size_t most) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < most) {
    const std::size_t end = text.find('\f');
    if (end == std::string_view::npos) break;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

inline std::string_view as_text(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace beamwright::fuzz
