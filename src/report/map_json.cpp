// Nodes are named by their ids everywhere, so that a reader needs no numbers and two maps can be compared.
#include <nlohmann/json.hpp>

#include "report/map.h"
#include "report/version.h"

namespace beamwright::report {
namespace {

using Json = nlohmann::ordered_json;
using design::Design;
using design::kNone;

Json place_json(const design::Place& place) {
  if (place.line == 0) return place.file.empty() ? Json(nullptr) : Json{{"file", place.file}};
  return {{"file", place.file}, {"line", place.line}, {"column", place.column}};
}

Json id_json(const Design& design, std::uint32_t node) { return node == kNone ? Json(nullptr) : Json(design.nodes[node].id); }

// Milliseconds; "infinity" without a limit, null when nobody says.
Json wait_json(std::int64_t milliseconds) {
  if (milliseconds < 0) return nullptr;
  if (milliseconds == INT64_MAX) return "infinity";
  return milliseconds;
}

Json known_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json steps_json(const std::vector<design::Step>& steps) {
  Json path = Json::array();
  for (const design::Step& step : steps) {
    path.push_back({{"file", step.place.file}, {"line", step.place.line}, {"message", step.message}});
  }
  return path;
}

Json contract_json(const design::Contract& contract) {
  return {{"supervision", contract.supervision},     {"instances", contract.instances},
          {"mailbox_bound", contract.mailbox_bound}, {"mailbox_is_unbounded", contract.mailbox_is_unbounded},
          {"lost_in_crash", contract.lost_in_crash}, {"watched", contract.watched},
          {"is_watched", contract.is_watched}};
}

Json node_json(const Design& design, const design::Node& node) {
  Json json = {{"id", node.id},
               {"kind", to_string(node.kind)},
               {"name", node.name},
               {"type", known_or_null(node.type)},
               {"application", id_json(design, node.application)},
               {"place", place_json(node.place)}};
  switch (node.kind) {
    case design::NodeKind::kSupervisor:
      json["strategy"] = known_or_null(node.strategy);
      json["intensity"] = node.intensity < 0 ? Json(nullptr) : Json(node.intensity);
      json["period_seconds"] = node.period_seconds < 0 ? Json(nullptr) : Json(node.period_seconds);
      json["dynamic"] = node.dynamic;
      json["children_complete"] = node.children_complete;
      json["root"] = node.root;
      json["names"] = node.names;
      json["supervision"] = node.contract.supervision;
      break;
    case design::NodeKind::kProcess:
      json["count"] = node.count;
      json["names"] = node.names;
      json["per_request"] = node.per_request;
      json["contract"] = contract_json(node.contract);
      break;
    case design::NodeKind::kExternal:
      json["supervision"] = node.contract.supervision;
      break;
    default:
      break;
  }
  return json;
}

Json flow_json(const Design& design, const design::Flow& flow) {
  Json json = {{"kind", to_string(flow.kind)},   {"from", id_json(design, flow.from)},
               {"to", id_json(design, flow.to)}, {"message", flow.message},
               {"sender", flow.sender},          {"place", place_json(flow.place)}};
  if (flow.kind == design::FlowKind::kCall) json["timeout_ms"] = wait_json(flow.timeout_ms);
  json["likely"] = flow.likely;
  json["crosses_restart_boundary"] = flow.crosses;
  if (!flow.origins.empty()) json["origins"] = flow.origins;
  return json;
}

Json concern_json(const Design& design, const design::Concern& concern) {
  return {{"node", id_json(design, concern.node)},
          {"rule", concern.rule},
          {"name", concern.name},
          {"severity", concern.severity},
          {"confidence", concern.confidence},
          {"function", concern.function},
          {"place", place_json(concern.place)},
          {"message", concern.message},
          {"why", concern.why},
          {"fix", concern.fix},
          {"path", steps_json(concern.path)},
          {"fingerprint", concern.fingerprint}};
}

template <typename Rows, typename Write>
Json rows_json(const Rows& rows, Write write) {
  Json json = Json::array();
  for (const auto& row : rows) json.push_back(write(row));
  return json;
}

}  // namespace

std::string write_map_json(const Design& design, bool compact) {
  const Json document = {{"schema", 1},
                         {"tool", {{"name", "beamwright"}, {"version", version()}}},
                         {"root", design.root},
                         {"verdict", design.verdict},
                         {"nodes", rows_json(design.nodes, [&](const auto& n) { return node_json(design, n); })},
                         {"children", rows_json(design.children,
                                                [&](const design::Child& c) {
                                                  return Json{{"supervisor", id_json(design, c.supervisor)},
                                                              {"child", id_json(design, c.node)},
                                                              {"order", c.order},
                                                              {"id", known_or_null(c.id)},
                                                              {"restart", known_or_null(c.restart)},
                                                              {"conditional", c.conditional},
                                                              {"many", c.many}};
                                                })},
                         {"messages", rows_json(design.flows, [&](const auto& f) { return flow_json(design, f); })},
                         {"table_uses", rows_json(design.table_uses,
                                                  [&](const design::TableUse& u) {
                                                    return Json{{"node", id_json(design, u.node)},
                                                                {"table", id_json(design, u.table)},
                                                                {"use", to_string(u.kind)},
                                                                {"function", u.function},
                                                                {"place", place_json(u.place)}};
                                                  })},
                         {"links", rows_json(design.links,
                                             [&](const design::Link& l) {
                                               return Json{{"kind", to_string(l.kind)},   {"from", id_json(design, l.from)},
                                                           {"to", id_json(design, l.to)}, {"words", known_or_null(l.words)},
                                                           {"with_start", l.with_start},  {"likely", l.likely},
                                                           {"function", l.function},      {"place", place_json(l.place)}};
                                             })},
                         {"blocking", rows_json(design.blocking,
                                                [&](const design::Blocking& b) {
                                                  return Json{{"node", id_json(design, b.node)},
                                                              {"effect", b.effect},
                                                              {"words", b.words},
                                                              {"handler", b.handler},
                                                              {"bound_ms", wait_json(b.bound_ms)},
                                                              {"possible", b.possible},
                                                              {"path", steps_json(b.path)}};
                                                })},
                         {"findings", rows_json(design.concerns, [&](const auto& c) { return concern_json(design, c); })}};
  // Texts of reviewed files may hold any bytes; JSON may not.
  return document.dump(compact ? -1 : 1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace beamwright::report
