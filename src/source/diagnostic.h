// What could not be read or understood. A diagnostic never stops a review: the rest of the project is still judged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "source/span.h"

namespace beamwright::source {

enum class DiagnosticKind : std::uint8_t {
  kSyntax,       // the text is not the language
  kIo,           // the file could not be read
  kInternal,     // Beamwright's own fault
  kSuppression,  // a comment to Beamwright that does nothing: malformed, or in vain
};

std::string_view to_string(DiagnosticKind kind);  // "syntax", "io", "internal", "suppression"

struct Diagnostic {
  DiagnosticKind kind = DiagnosticKind::kSyntax;
  Span span;
  std::string message;
};

using Diagnostics = std::vector<Diagnostic>;

}  // namespace beamwright::source
