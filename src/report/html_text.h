// Text of reviewed files and of rules as HTML: nothing in it can be taken for markup.
#pragma once

#include <string>
#include <string_view>

#include "source/files.h"

namespace beamwright::report {

// What stands between tags or in a quoted attribute: clean(), with &, <, >, " and ' written as entities.
std::string html(std::string_view text);

// One byte of such text.
void append_html(std::string& out, char c);

// Paragraphs; lines that begin with four blanks are code, and so is what stands between backticks.
std::string html_prose(std::string_view text);

// The lines around a place, numbered, with the place marked and the indentation that all have in common taken away. Empty without
// a text. `around`: so many lines before and after.
std::string html_source(const source::FileTable& files, const source::Span& span, std::uint32_t around);

}  // namespace beamwright::report
