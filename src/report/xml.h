// Text that is safe inside XML 1.0.
#pragma once

#include <string>
#include <string_view>

namespace beamwright::report {

// Character data and values of attributes alike (XML 1.0, sections 2.2, 2.4 and 3.3.3): valid UTF-8, without the characters that
// XML has no way to write (most control characters, U+FFFE, U+FFFF), which become U+FFFD; & < > " and ' as entities. Tabs, line
// feeds and carriage returns become character references, for readers turn those of attributes into spaces.
std::string xml_attribute(std::string_view text);

// The same with tabs and line feeds as they are.
std::string xml_text(std::string_view text);

}  // namespace beamwright::report
