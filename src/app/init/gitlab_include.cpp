// No YAML is parsed: a key of the top level stands at the start of its line, and a list in block style below it.
#include "app/init/gitlab_include.h"

#include <algorithm>
#include <string_view>

namespace beamwright::app {
namespace {

constexpr std::string_view kElement =
    "- local: .gitlab/beamwright.yml # its inputs, or BEAMWRIGHT_URL and BEAMWRIGHT_SHA256 in the CI/CD variables, name the "
    "binary\n";

std::string_view line_at(std::string_view text, std::size_t at) {
  const std::string_view line = text.substr(at, text.find('\n', at) - at);
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

std::size_t next_line(std::string_view text, std::size_t at) {
  const std::size_t end = text.find('\n', at);
  return end == std::string_view::npos ? text.size() : end + 1;
}

// Where the line `include:…` of the top level begins.
std::optional<std::size_t> find_include(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); at = next_line(text, at)) {
    const std::string_view line = line_at(text, at);
    if (line.starts_with("include:") || line.starts_with("\"include\"") || line.starts_with("'include'")) return at;
  }
  return std::nullopt;
}

// Whether the section that is there is an element of the owner's list.
bool in_list(std::string_view text) {
  const std::size_t inside = next_line(text, std::min(text.find("beamwright:begin"), text.size()));
  const std::string_view rest = text.substr(inside);
  return rest.substr(std::min(rest.find_first_not_of(' '), rest.size())).starts_with("- ");
}

}  // namespace

Result<Edited> put_include(const std::optional<std::string>& before) {
  const std::optional<std::size_t> include = before && !has_section(*before, kHashComment) ? find_include(*before) : std::nullopt;
  if (!include) {
    return put_section(before, before && in_list(*before) ? std::string(kElement) : "include:\n  " + std::string(kElement),
                       kHashComment);
  }
  const std::size_t below = next_line(*before, *include);
  std::size_t element = below;
  while (element < before->size() && (line_at(*before, element).empty() || line_at(*before, element).starts_with('#')))
    element = next_line(*before, element);
  const std::string_view line = element < before->size() ? line_at(*before, element) : std::string_view();
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  if (line_at(*before, *include) != "include:" || !line.substr(indent).starts_with("- ")) {
    return Edited{before, "its `include` is not a list of lines: add `- local: .gitlab/beamwright.yml` to it yourself"};
  }
  return put_section_at(*before, below, kElement, kHashComment, line.substr(0, indent));
}

}  // namespace beamwright::app
