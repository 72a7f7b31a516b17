#include "report/path.h"

#include <nlohmann/json.hpp>

#include "report/layout.h"
#include "report/version.h"

namespace beamwright::report {

std::string write_path_text(const PathAnswer& answer, bool color) {
  const Painter paint(color);
  const std::string from = clean(answer.from), to = clean(answer.to);
  if (!answer.path) return "No path in sight leads from " + from + " to " + to + ".\n";
  std::string out =
      paint(Ink::kBold, from) + " reaches " + paint(Ink::kBold, to) + " in " + counted(answer.path->size(), "step") + "\n\n";
  const std::string root =
      answer.root.empty() || answer.root == "." ? "" : clean(answer.root) + (answer.root.ends_with('/') ? "" : "/");
  for (std::size_t i = 0; i < answer.path->size(); ++i) {
    const design::PathStep& step = (*answer.path)[i];
    const std::string number = "  " + std::to_string(i + 1) + ". ";
    out += number;
    append_wrapped(out, clean(step.message), number.size());
    const source::Position at = answer.files->position(step.span.file, step.span.begin);
    out += "\n" + std::string(number.size(), ' ') +
           paint(Ink::kDim, root + clean(answer.files->file(step.span.file).path) + ":" + std::to_string(at.line) + ":" +
                                std::to_string(at.column)) +
           "\n";
  }
  return out;
}

std::string write_path_json(const PathAnswer& answer) {
  using Json = nlohmann::ordered_json;
  Json steps = Json::array();
  if (answer.path) {
    for (const design::PathStep& step : *answer.path) {
      const source::Position at = answer.files->position(step.span.file, step.span.begin);
      steps.push_back({{"kind", to_string(step.hop)},
                       {"from", step.from},
                       {"to", step.to},
                       {"file", answer.files->file(step.span.file).path},
                       {"line", at.line},
                       {"column", at.column},
                       {"possible", step.possible},
                       {"message", step.message}});
    }
  }
  const Json document = {{"schema", 1},
                         {"tool", {{"name", "beamwright"}, {"version", version()}}},
                         {"from", answer.from},
                         {"to", answer.to},
                         {"found", answer.path.has_value()},
                         {"steps", std::move(steps)}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
