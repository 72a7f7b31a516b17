#include "serve/mcp_schemas.h"

#include <initializer_list>
#include <string>
#include <utility>

namespace beamwright::serve {
namespace {

using Properties = std::initializer_list<std::pair<const char*, Json>>;

Json object_of(Properties properties, std::initializer_list<const char*> required) {
  Json all = Json::object(), names = Json::array();
  for (const auto& [name, schema] : properties) all[name] = schema;
  for (const char* name : required) names.push_back(name);
  Json schema{{"type", "object"}, {"properties", std::move(all)}, {"additionalProperties", false}};
  if (!names.empty()) schema["required"] = std::move(names);
  return schema;
}

// Of an answer, where everything is there.
Json all_of(Properties properties) {
  Json all = Json::object(), names = Json::array();
  for (const auto& [name, schema] : properties) {
    all[name] = schema;
    names.push_back(name);
  }
  return {{"type", "object"}, {"properties", std::move(all)}, {"required", std::move(names)}, {"additionalProperties", false}};
}

Json text(const char* description = nullptr) {
  Json schema{{"type", "string"}};
  if (description) schema["description"] = description;
  return schema;
}
Json number(const char* description = nullptr) {
  Json schema{{"type", "integer"}};
  if (description) schema["description"] = description;
  return schema;
}
Json flag(const char* description) { return {{"type", "boolean"}, {"description", description}}; }
Json list(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json path_argument(const char* description) {
  Json schema = text(description);
  schema["maxLength"] = 4096;
  return schema;
}
Json between(const char* description, int least, int most, int usual) {
  return {{"type", "integer"}, {"description", description}, {"minimum", least}, {"maximum", most}, {"default", usual}};
}
Json word(const char* description, std::initializer_list<const char*> words) {
  Json schema = text(description);
  schema["enum"] = Json::array();
  for (const char* each : words) schema["enum"].push_back(each);
  return schema;
}

Json project_argument() { return path_argument("The project's folder, or one of its files; the server's folder unless given"); }
Json severity_argument() {
  Json schema = word("Findings of at least this severity", {"low", "medium", "high", "critical"});
  schema["default"] = "low";
  return schema;
}
Json limit_argument() { return between("How many findings to tell", 1, kMostFindings, kUsualFindings); }
Json offset_argument() { return between("How many of the worst to pass over: the next page", 0, 1000000, 0); }
Json rules_argument() {
  Json schema = list(text());
  schema["description"] = "Only these rules: codes, names or families";
  return schema;
}

Json place() { return all_of({{"file", text()}, {"line", number("From 1; 0 without a place")}}); }
Json step() { return all_of({{"file", text()}, {"line", number()}, {"message", text()}}); }
Json severity() { return word(nullptr, {"info", "low", "medium", "high", "critical"}); }
Json verdict() { return word(nullptr, {"SHIP", "FIX-FIRST", "NEEDS-REDESIGN", "NOT-JUDGED"}); }

Json finding() {
  Json schema = all_of({{"rule", text()},
                        {"name", text()},
                        {"severity", severity()},
                        {"confidence", word(nullptr, {"possible", "likely", "certain"})},
                        {"file", text("Relative to root")},
                        {"line", number()},
                        {"function", text()},
                        {"message", text()},
                        {"why", text()},
                        {"fix", text()},
                        {"fingerprint", text("Stays when lines move")}});
  schema["properties"]["path"] = list(step());
  const Json edit = all_of({{"file", text()},
                            {"line", number()},
                            {"column", number("From 1, in code points")},
                            {"end_line", number()},
                            {"end_column", number("Behind the last")},
                            {"text", text()}});
  schema["properties"]["rewrite"] = all_of({{"title", text()}, {"edits", list(edit)}});
  schema["properties"]["rewrite"]["description"] = "The fix as a change of the text, where it can be had";
  schema["properties"]["new"] = flag("The text brings it; false: the file has it already");
  return schema;
}

Json counts() {
  return all_of({{"critical", number()}, {"high", number()}, {"medium", number()}, {"low", number()}, {"info", number()}});
}

Json node() {
  const Json message = all_of({{"kind", word(nullptr, {"call", "cast", "send"})},
                               {"message", text()},
                               {"from", text("The process that sends, or what starts the code that does")},
                               {"to", text()},
                               {"sender", text("The function that sends")},
                               {"file", text()},
                               {"line", number()},
                               {"timeout_ms", number("Of calls; -1 unknown, -2 without limit")}});
  return all_of(
      {{"id", text()},
       {"kind", text("application, supervisor, process, table, external, unknown")},
       {"name", text()},
       {"type", text()},
       {"place", place()},
       {"count", text("one, many, unknown")},
       {"names", list(text())},
       {"supervised_by", list(all_of({{"supervisor", text()}, {"strategy", text()}, {"restart", text()}}))},
       {"children", list(text())},
       {"asked_by", list(message)},
       {"asks", list(message)},
       {"may_block_on",
        list(all_of({{"effect", text()}, {"words", text()}, {"handler", text()}, {"file", text()}, {"line", number()}}))},
       {"tables", list(all_of({{"use", word(nullptr, {"owns", "reads", "writes"})},
                               {"table", text()},
                               {"by", text()},
                               {"file", text()},
                               {"line", number()}}))},
       {"contract", all_of({{"supervision", text()},
                            {"instances", text()},
                            {"mailbox_bound", text()},
                            {"lost_in_crash", text()},
                            {"watched", text()}})},
       {"findings",
        list(all_of({{"rule", text()}, {"severity", severity()}, {"message", text()}, {"file", text()}, {"line", number()}}))}});
}

}  // namespace

Json review_project_input() {
  return object_of({{"path", project_argument()},
                    {"severity", severity_argument()},
                    {"limit", limit_argument()},
                    {"offset", offset_argument()},
                    {"rules", rules_argument()},
                    {"evidence", flag("Tell the path of evidence of each finding")},
                    {"include_tests", flag("Review tests too")}},
                   {});
}

Json review_change_input() {
  Json schema = review_project_input();
  Json since = text("The commit to compare with: HEAD for what is not committed, origin/main for a branch");
  since["default"] = "HEAD";
  since["maxLength"] = 400;
  schema["properties"]["since"] = std::move(since);
  return schema;
}

Json review_output() {
  return all_of({{"verdict", verdict()},
                 {"root", text("The folder that paths are relative to")},
                 {"counts", counts()},
                 {"files", number("Reviewed")},
                 {"findings", list(finding())},
                 {"left_out", number("Findings that are not told: before offset and after limit")},
                 {"notes", list(all_of({{"file", text()}, {"line", number()}, {"message", text()}}))}});
}

Json judge_snippet_input() {
  return object_of({{"text", text("The code: a module, functions, or with `file` the whole new text of that file")},
                    {"file", path_argument("The file that will have this text, there already or not: lib/shop/cart.ex")},
                    {"path", project_argument()},
                    {"language", word("Of a text without `file`; told by the text unless given", {"elixir", "erlang"})},
                    {"severity", severity_argument()},
                    {"limit", limit_argument()},
                    {"evidence", flag("Tell the path of evidence of each finding")}},
                   {"text"});
}

Json judge_snippet_output() {
  Json schema = review_output();
  schema["properties"]["gone"] = list(text("Fingerprints of what the file has now and this text has not"));
  schema["properties"]["wrapped"] = flag("The text was judged inside a module made for it");
  schema["required"].push_back("gone");
  schema["required"].push_back("wrapped");
  return schema;
}

Json explain_rule_input() {
  Json rule = text("Code or name: BW401, blocking-call-handler");
  rule["maxLength"] = 200;
  return object_of({{"rule", std::move(rule)}}, {"rule"});
}

Json explain_rule_output() {
  return all_of({{"code", text()},
                 {"name", text()},
                 {"family", text()},
                 {"severity", severity()},
                 {"summary", text()},
                 {"document", text("Markdown")}});
}

Json list_rules_input() {
  return object_of(
      {{"family", word("Only this family", {"supervision", "mailbox", "bottleneck", "blocking", "state", "cluster"})}}, {});
}

Json list_rules_output() {
  return all_of(
      {{"rules",
        list(all_of({{"code", text()}, {"name", text()}, {"family", text()}, {"severity", severity()}, {"summary", text()}}))}});
}

Json show_design_input() {
  Json about = text("A module, registered name, table or application: Shop.Cart, payment_ledger, shop_stock");
  about["maxLength"] = 400;
  return object_of({{"about", std::move(about)},
                    {"path", project_argument()},
                    {"limit", between("How many lines of the tree, or entries of each list, to tell", 1, 2000, 60)}},
                   {});
}

Json show_design_output() {
  return all_of({{"verdict", verdict()},
                 {"root", text()},
                 {"applications", number()},
                 {"supervisors", number()},
                 {"processes", number()},
                 {"tables", number()},
                 {"tree", text("The supervision tree, when nothing else was asked about")},
                 {"nodes", list(node())}});
}

Json why_input() {
  Json end = text();
  end["maxLength"] = 400;
  Json from = end, to = end;
  from["description"] = "A function, module or process";
  to["description"] = "The same, an effect, or a table: http, ets:shop_stock";
  return object_of({{"from", std::move(from)}, {"to", std::move(to)}, {"path", project_argument()}}, {"from", "to"});
}

Json why_output() {
  return all_of({{"found", flag("There is a path")},
                 {"root", text()},
                 {"from", text()},
                 {"to", text()},
                 {"steps", list(all_of({{"kind", word(nullptr, {"calls", "asks", "casts", "sends", "starts", "does"})},
                                        {"from", text()},
                                        {"to", text()},
                                        {"file", text()},
                                        {"line", number()},
                                        {"possible", flag("A guess: dynamic dispatch, or a receiver that is concluded")},
                                        {"message", text()}}))}});
}

}  // namespace beamwright::serve
