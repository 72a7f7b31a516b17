// The characters that mean something in markup, as XML and HTML both read them.
#pragma once

#include <string_view>

namespace beamwright::report {

// What is written for such a character in text and in quoted attributes; empty for any other (XML 1.0, section 2.4; HTML 4.01,
// section 5.3.2: its `'` has no name).
inline std::string_view entity_of(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

}  // namespace beamwright::report
