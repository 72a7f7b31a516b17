#include "report/xml.h"

#include "report/entities.h"
#include "source/utf8.h"

namespace beamwright::report {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// U+FFFE and U+FFFF, which UTF-8 can write and XML cannot.
bool is_no_xml(std::string_view character) { return character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF"; }

void append_ascii(std::string& out, char c, bool in_attribute) {
  if (const std::string_view entity = entity_of(c); !entity.empty()) {
    out += entity;
    return;
  }
  switch (c) {
    case '\t':
      out += in_attribute ? "&#9;" : "\t";
      return;
    case '\n':
      out += in_attribute ? "&#10;" : "\n";
      return;
    case '\r':
      out += "&#13;";
      return;
    default:
      out += static_cast<unsigned char>(c) < 0x20 ? std::string(kReplacement) : std::string(1, c);
  }
}

std::string escaped(std::string_view text, bool in_attribute) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = source::character_length(text, at);
    const std::string_view character = text.substr(at, length);
    if (length == 1)
      append_ascii(out, text[at], in_attribute);
    else
      out += length == 0 || is_no_xml(character) ? kReplacement : character;
    at += length == 0 ? 1 : length;
  }
  return out;
}

}  // namespace

std::string xml_attribute(std::string_view text) { return escaped(text, true); }

std::string xml_text(std::string_view text) { return escaped(text, false); }

}  // namespace beamwright::report
