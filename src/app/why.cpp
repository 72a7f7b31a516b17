#include "app/why.h"

#include <optional>

#include "design/paths.h"
#include "report/path.h"

namespace beamwright::app {

Result<Answer> why(const WhyOptions& options) {
  std::optional<Result<Answer>> answer;
  const Result<review::Checked> checked = review::check(options.check, [&](const review::Basis& basis) {
    const Result<design::Named> from = design::start_named(basis.program, basis.facts, options.from);
    const Result<design::Named> to = design::end_named(basis.program, basis.facts, options.to);
    if (!from || !to) {
      answer = Result<Answer>(Error{!from ? from.error() : to.error()});
      return;
    }
    report::PathAnswer told{basis.review.root, basis.review.files, from->shown, to->shown,
                            design::shortest_path(basis.program, basis.facts, *from, *to)};
    const std::string text = options.json ? report::write_path_json(told) : report::write_path_text(told, options.color);
    answer = Result<Answer>(Answer{text, told.path.has_value()});
  });
  if (!checked) return Error{checked.error()};
  return std::move(*answer);
}

}  // namespace beamwright::app
