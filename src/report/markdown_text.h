// Texts of findings inside Markdown as GitHub and GitLab render it (CommonMark with tables).
#pragma once

#include <string>
#include <string_view>

namespace beamwright::report {

// One line or several as prose: nothing in it is markup but code between backticks; no HTML, no mathematics, no mention of a
// person, no reference to an issue.
std::string markdown_prose(std::string_view text);

// Inside an HTML element that stands in Markdown; one line.
std::string markdown_html(std::string_view text);

// `text` as code, one line.
std::string markdown_code(std::string_view text);

// A fenced block, whatever the text holds; ends with a line end. `language` is what stands behind the fence.
std::string markdown_block(std::string_view text, std::string_view language);

// A text of ours: paragraphs, and code where lines are indented by four columns.
std::string markdown_paragraphs(std::string_view text, std::string_view language);

}  // namespace beamwright::report
