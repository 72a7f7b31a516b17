// The tools that tell how processes hang together: the map, and the path from one place to another.
#include <algorithm>
#include <array>
#include <optional>

#include "base/nearest.h"
#include "design/build.h"
#include "design/paths.h"
#include "report/layout.h"
#include "report/map.h"
#include "review/check.h"
#include "serve/mcp_tools.h"

namespace beamwright::serve {
namespace {

using design::Design;
using design::kNone;
using design::Node;
using report::clean;

review::CheckOptions options_of(const ToolContext& context, const Json& arguments) {
  const Result<std::string> path = context.roots.resolve(text_argument(arguments, "path", "."));
  if (!path) throw ToolFailure{path.error()};
  review::CheckOptions options;
  options.path = *path;
  options.jobs = context.jobs;
  options.stop = context.stop;
  return options;
}

std::string name_of(const Design& design, std::uint32_t node) { return node == kNone ? std::string() : design.nodes[node].name; }

std::string place_text(const design::Place& place) {
  return place.line == 0 ? std::string() : " " + clean(place.file) + ":" + std::to_string(place.line);
}

Json place_json(const design::Place& place) { return {{"file", place.file.empty() ? "." : place.file}, {"line", place.line}}; }

Json with_place(Json json, const design::Place& place) {
  json.update(place_json(place));
  return json;
}

bool same_letters(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

// Nodes by id, name or registered name; else by the last part of a module's name.
std::vector<std::uint32_t> nodes_about(const Design& design, std::string_view about) {
  if (about.starts_with(':')) about.remove_prefix(1);
  std::vector<std::uint32_t> exact, ending;
  for (std::uint32_t i = 0; i < design.nodes.size(); ++i) {
    const Node& node = design.nodes[i];
    const bool registered = std::any_of(node.names.begin(), node.names.end(), [&](const std::string& name) {
      return name == about || name == ":" + std::string(about);
    });
    const std::size_t dot = node.name.rfind('.');
    if (node.id == about || same_letters(node.name, about) || registered)
      exact.push_back(i);
    else if (dot != std::string::npos && same_letters(std::string_view(node.name).substr(dot + 1), about))
      ending.push_back(i);
  }
  return exact.empty() ? ending : exact;
}

ToolFailure no_node(const Design& design, const std::string& about) {
  std::vector<std::string_view> names;
  for (const Node& node : design.nodes) names.push_back(node.name);
  const std::string_view nearest = nearest_word(about, names);
  return {"no process, supervisor, table or application in sight is called " + clean(about) +
          (nearest.empty() ? "" : "; did you mean " + clean(nearest) + "?") +
          " (show_design without `about` tells the whole tree)"};
}

// One node of a design in words and as data, with at most `limit` entries in each list.
class NodeTeller {
 public:
  NodeTeller(const Design& design, std::uint32_t index, std::size_t limit)
      : design_(design), index_(index), limit_(limit), node_(design.nodes[index]) {}

  void tell(ToolAnswer& answer) {
    head();
    supervision();
    flows("asked_by", true, [&](const design::Flow& flow) { return flow.to == index_; });
    flows("asks", false, [&](const design::Flow& flow) { return flow.from == index_; });
    blocking();
    tables();
    contract();
    concerns();
    answer.text += text_;
    answer.structured["nodes"].push_back(std::move(json_));
  }

 private:
  void head() {
    json_ = {{"id", node_.id},
             {"kind", to_string(node_.kind)},
             {"name", node_.name},
             {"type", node_.type},
             {"count", node_.count},
             {"names", node_.names},
             {"place", place_json(node_.place)}};
    text_ = std::string(to_string(node_.kind)) + " " + clean(node_.name);
    if (!node_.type.empty()) text_ += " (" + clean(node_.type) + ")";
    text_ += place_text(node_.place);
    if (!node_.strategy.empty()) text_ += ", " + clean(node_.strategy);
    if (node_.count == "many") text_ += node_.per_request ? ", one for each request" : ", many";
    text_ += "\n";
  }

  void supervision() {
    json_["supervised_by"] = Json::array();
    json_["children"] = Json::array();
    std::string children;
    std::size_t count = 0;
    for (const design::Child& child : design_.children) {
      if (child.node == index_) {
        const Node& supervisor = design_.nodes[child.supervisor];
        Json row{{"supervisor", supervisor.name}, {"strategy", supervisor.strategy}, {"restart", child.restart}};
        Json& rows = json_["supervised_by"];
        if (std::find(rows.begin(), rows.end(), row) != rows.end()) continue;  // one of a pool whose members are alike
        rows.push_back(std::move(row));
        text_ += "  supervised by " + clean(supervisor.name) + " (" + clean(supervisor.strategy) + ")";
        text_ += child.restart.empty() ? "\n" : ", " + clean(child.restart) + "\n";
      } else if (child.supervisor == index_ && count++ < limit_) {
        json_["children"].push_back(name_of(design_, child.node));
        children += (children.empty() ? "  children: " : ", ") + clean(name_of(design_, child.node));
      }
    }
    // An application has members: what belongs to it and is no table.
    for (std::uint32_t i = 0; node_.kind == design::NodeKind::kApplication && i < design_.nodes.size(); ++i) {
      const Node& member = design_.nodes[i];
      if (member.application != index_ || member.kind == design::NodeKind::kTable || count++ >= limit_) continue;
      json_["children"].push_back(member.name);
      children += (children.empty() ? "  holds: " : ", ") + clean(member.name);
    }
    if (!children.empty()) text_ += children + more(count) + "\n";
  }

  template <typename Wanted>
  void flows(const char* key, bool incoming, Wanted wanted) {
    json_[key] = Json::array();
    std::size_t count = 0;
    for (const design::Flow& flow : design_.flows) {
      if (!wanted(flow) || count++ >= limit_) continue;
      std::string from = name_of(design_, flow.from);
      for (const std::string& origin : flow.origins) from += (from.empty() ? "" : ", ") + origin;
      const std::int64_t timeout = flow.timeout_ms == INT64_MAX ? -2 : flow.timeout_ms;
      json_[key].push_back(with_place({{"kind", to_string(flow.kind)},
                                       {"message", flow.message},
                                       {"from", from},
                                       {"to", name_of(design_, flow.to)},
                                       {"sender", flow.sender},
                                       {"timeout_ms", timeout}},
                                      flow.place));
      // Who sends a call waits for its answer; nobody waits for all else.
      const bool waits = flow.kind == design::FlowKind::kCall;
      text_ += incoming ? (waits ? "  asked by " : "  told by ") : (waits ? "  asks " : "  tells ");
      text_ += incoming ? clean(flow.sender) + (from.empty() ? "" : " in " + clean(from))
                        : clean(name_of(design_, flow.to)) + " from " + clean(flow.sender);
      text_ += ": " + std::string(to_string(flow.kind)) + " " + clean(flow.message) +
               (timeout == -2 ? " without time limit" : "") + place_text(flow.place) + "\n";
    }
    if (count > limit_) text_ += std::string(incoming ? "  asked by" : "  asks") + more(count) + "\n";
  }

  void blocking() {
    json_["may_block_on"] = Json::array();
    std::size_t count = 0;
    for (const design::Blocking& row : design_.blocking) {
      if (row.node != index_ || count++ >= limit_) continue;
      const design::Place place = row.path.empty() ? node_.place : row.path.back().place;
      json_["may_block_on"].push_back(
          with_place({{"effect", row.effect}, {"words", row.words}, {"handler", row.handler}}, place));
      text_ += "  may block on " + clean(row.words) + " in " + clean(row.handler) + place_text(place) + "\n";
    }
    if (count > limit_) text_ += "  may block on" + more(count) + "\n";
  }

  void tables() {
    json_["tables"] = Json::array();
    std::size_t count = 0;
    for (const design::TableUse& use : design_.table_uses) {
      if ((use.node != index_ && use.table != index_) || count++ >= limit_) continue;
      const std::string by = use.node == kNone ? use.function : name_of(design_, use.node);
      json_["tables"].push_back(
          with_place({{"use", to_string(use.kind)}, {"table", name_of(design_, use.table)}, {"by", by}}, use.place));
      text_ +=
          "  " + (use.table == index_ ? clean(by) + " " + std::string(to_string(use.kind)) + " it"
                                      : std::string(to_string(use.kind)) + " the table " + clean(name_of(design_, use.table)));
      text_ += place_text(use.place) + "\n";
    }
    if (count > limit_) text_ += "  tables:" + more(count) + "\n";
  }

  void contract() {
    const design::Contract& contract = node_.contract;
    const std::array<std::pair<const char*, const std::string*>, 5> rows{{{"supervision", &contract.supervision},
                                                                          {"instances", &contract.instances},
                                                                          {"mailbox_bound", &contract.mailbox_bound},
                                                                          {"lost_in_crash", &contract.lost_in_crash},
                                                                          {"watched", &contract.watched}}};
    for (const auto& [key, value] : rows) json_["contract"][key] = *value;
    if (!contract.mailbox_bound.empty()) text_ += "  mailbox bounded by: " + clean(contract.mailbox_bound) + "\n";
    if (!contract.lost_in_crash.empty()) text_ += "  lost in a crash: " + clean(contract.lost_in_crash) + "\n";
  }

  void concerns() {
    json_["findings"] = Json::array();
    std::size_t count = 0;
    for (const design::Concern& concern : design_.concerns) {
      if (concern.node != index_ || count++ >= limit_) continue;
      json_["findings"].push_back(
          with_place({{"rule", concern.rule}, {"severity", concern.severity}, {"message", concern.message}}, concern.place));
      text_ += "  " + concern.severity + " " + concern.rule + place_text(concern.place) + " " + clean(concern.message) + "\n";
    }
    if (count > limit_) text_ += "  findings:" + more(count) + "\n";
  }

  std::string more(std::size_t count) const {
    return count > limit_ ? " … and " + std::to_string(count - limit_) + " more: a higher limit tells them" : "";
  }

  const Design& design_;
  const std::uint32_t index_;
  const std::size_t limit_;
  const Node& node_;
  std::string text_;
  Json json_;
};

std::size_t count_of(const Design& design, design::NodeKind kind) {
  return static_cast<std::size_t>(
      std::count_if(design.nodes.begin(), design.nodes.end(), [&](const Node& node) { return node.kind == kind; }));
}

// The first lines of a text, and how many there are more.
std::string first_lines(std::string_view text, std::size_t limit) {
  std::size_t end = 0, taken = 0;
  for (; end < text.size() && taken < limit; ++taken) end = std::min(text.find('\n', end), text.size() - 1) + 1;
  const auto rest = std::count(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), '\n');
  std::string out(text.substr(0, end));
  if (rest > 0) out += "… " + std::to_string(rest) + " more lines: a higher limit tells them, or `about` one part\n";
  return out;
}

ToolAnswer design_answer(const Design& design, const Json& arguments) {
  const std::string about = text_argument(arguments, "about");
  const std::size_t limit = number_argument(arguments, "limit", 60);
  ToolAnswer answer{{},
                    {{"verdict", design.verdict},
                     {"root", design.root},
                     {"applications", count_of(design, design::NodeKind::kApplication)},
                     {"supervisors", count_of(design, design::NodeKind::kSupervisor)},
                     {"processes", count_of(design, design::NodeKind::kProcess)},
                     {"tables", count_of(design, design::NodeKind::kTable)},
                     {"tree", ""},
                     {"nodes", Json::array()}}};
  if (about.empty()) {
    answer.text = first_lines(report::write_map_text(design, {.columns = 160, .names_commands = false}), limit);
    answer.structured["tree"] = answer.text;
    return answer;
  }
  const std::vector<std::uint32_t> nodes = nodes_about(design, about);
  if (nodes.empty()) throw no_node(design, about);
  for (const std::uint32_t node : nodes) {
    if (answer.structured["nodes"].size() == limit) break;
    NodeTeller(design, node, limit).tell(answer);
  }
  return answer;
}

}  // namespace

ToolAnswer show_design(const ToolContext& context, const Json& arguments) {
  std::optional<Design> design;
  const Result<review::Checked> checked = review::check(options_of(context, arguments), [&](const review::Basis& basis) {
    design = design::build({basis.discovery, basis.program, basis.facts, basis.review.findings});
  });
  if (!checked) throw ToolFailure{checked.error()};
  return design_answer(*design, arguments);
}

ToolAnswer show_why(const ToolContext& context, const Json& arguments) {
  ToolAnswer answer;
  const Result<review::Checked> checked = review::check(options_of(context, arguments), [&](const review::Basis& basis) {
    const auto from = design::start_named(basis.program, basis.facts, text_argument(arguments, "from"));
    const auto to = design::end_named(basis.program, basis.facts, text_argument(arguments, "to"));
    if (!from || !to) throw ToolFailure{!from ? from.error() : to.error()};
    const auto path = design::shortest_path(basis.program, basis.facts, *from, *to);
    answer.structured = {{"found", path.has_value()},
                         {"root", basis.review.root},
                         {"from", from->shown},
                         {"to", to->shown},
                         {"steps", Json::array()}};
    if (!path) {
      answer.text = "No path in sight leads from " + clean(from->shown) + " to " + clean(to->shown) + ".\n";
      return;
    }
    answer.text = clean(from->shown) + " reaches " + clean(to->shown) + " in " + report::counted(path->size(), "step") + "\n";
    for (const design::PathStep& step : *path) {
      const std::uint32_t line = basis.review.files->position(step.span.file, step.span.begin).line;
      const design::Place place{basis.review.files->file(step.span.file).path, line, 1};
      answer.structured["steps"].push_back(with_place({{"kind", to_string(step.hop)},
                                                       {"from", step.from},
                                                       {"to", step.to},
                                                       {"possible", step.possible},
                                                       {"message", step.message}},
                                                      place));
      answer.text +=
          std::to_string(answer.structured["steps"].size()) + "." + place_text(place) + " " + clean(step.message) + "\n";
    }
  });
  if (!checked) throw ToolFailure{checked.error()};
  return answer;
}

}  // namespace beamwright::serve
