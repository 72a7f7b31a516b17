// Findings, each on the node it concerns: the process or supervisor of its module, else the only process that runs its function,
// else its application.
#include "design/builder.h"

namespace beamwright::design {
namespace {

class Places {
 public:
  explicit Places(const Builder& builder) : builder_(builder) {
    for (std::uint32_t u = 0; u < builder.program.units.size(); ++u) units_[builder.program.units[u]->file.index] = u;
  }

  std::uint32_t node_of(const source::Span& span) const {
    const auto found = units_.find(span.file.index);
    if (found == units_.end()) return kNone;
    const model::Unit& unit = *builder_.program.units[found->second];
    const auto inside = [&](std::uint32_t begin, std::uint32_t end) { return begin <= span.begin && span.begin < end; };
    // Modules may stand in modules: the last that begins before the place and holds it is the innermost.
    std::uint32_t node = kNone;
    for (std::uint32_t m = 0; m < unit.modules.size(); ++m) {
      if (!inside(unit.modules[m].begin, unit.modules[m].end)) continue;
      if (const std::uint32_t own = builder_.node_of(ModuleId(unit.first_module + m)); own != kNone) node = own;
    }
    if (node != kNone) return node;
    for (std::uint32_t f = 0; f < unit.functions.size(); ++f) {
      if (!inside(unit.functions[f].begin, unit.functions[f].end)) continue;
      const auto nodes = builder_.nodes_running(FunctionId(unit.first_function + f));
      if (nodes.size() == 1) return nodes.front();
    }
    return kNone;
  }

 private:
  const Builder& builder_;
  std::unordered_map<std::uint32_t, std::uint32_t> units_;  // by FileId
};

}  // namespace

void add_concerns(Builder& builder) {
  const Places places(builder);
  for (const findings::Finding& finding : builder.from.findings) {
    Concern concern;
    concern.node = places.node_of(finding.span);
    if (concern.node == kNone) concern.node = builder.application_of(finding.span.file);
    concern.rule = finding.code;
    concern.name = finding.name;
    concern.severity = to_string(finding.severity);
    concern.confidence = to_string(finding.confidence);
    concern.rank = finding.severity;
    concern.function = finding.function;
    concern.message = finding.message;
    concern.why = finding.why;
    concern.fix = finding.fix;
    concern.fingerprint = finding.fingerprint;
    concern.place = builder.place_of(finding.span);
    concern.path = builder.steps_of(finding.path);
    for (std::size_t i = 0; i < concern.path.size(); ++i) concern.path[i].node = places.node_of(finding.path[i].span);
    builder.design.concerns.push_back(std::move(concern));
  }
}

}  // namespace beamwright::design
