// The words for the kinds of diagnostics, as they stand in the JSON contract.
#include "source/diagnostic.h"

namespace beamwright::source {

std::string_view to_string(DiagnosticKind kind) {
  switch (kind) {
    case DiagnosticKind::kSyntax:
      return "syntax";
    case DiagnosticKind::kIo:
      return "io";
    case DiagnosticKind::kInternal:
      return "internal";
    case DiagnosticKind::kSuppression:
      return "suppression";
  }
  return "internal";
}

}  // namespace beamwright::source
