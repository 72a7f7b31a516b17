// UTF-8 as it comes from the outside: possibly broken anywhere. All functions accept any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace beamwright::source {

// Number of bytes of the well-formed character at text[at] (1 to 4: no overlong forms, no surrogates, nothing above U+10FFFF), or
// 0 when the byte there does not begin one. `at` must be inside the text.
std::size_t character_length(std::string_view text, std::size_t at);

// True when every byte is below 0x80; eight bytes at a time.
bool is_ascii(std::string_view text);

// Number of code points; each byte that belongs to none counts as one.
std::size_t count_characters(std::string_view text);

// The same text with each byte that belongs to no character replaced by U+FFFD, so that any reader of UTF-8 takes it.
std::string to_valid_utf8(std::string_view text);

}  // namespace beamwright::source
