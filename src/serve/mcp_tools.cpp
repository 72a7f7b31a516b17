// Descriptions are read by models each time a session begins: they say when to call a tool and nothing else.
#include "serve/mcp_tools.h"

#include <algorithm>

#include "serve/mcp_schemas.h"

namespace beamwright::serve {
namespace {

constexpr Tool kTools[] = {
    {"review_project", "Review a project",
     "Review an Elixir or Erlang project as a whole: what will break in production (supervision, mailboxes, bottlenecks, "
     "blocking, state, cluster), where, why, and what to write instead. Gives a verdict (SHIP, FIX-FIRST, NEEDS-REDESIGN) and "
     "the "
     "worst findings first. Nothing is compiled or run.",
     review_project_input, review_output, review_project},
    {"review_change", "Review a change",
     "Review only what changed since a commit, committed or not: findings that the change brought or touched. The whole project "
     "is "
     "analysed, so a change is also judged by what it does to callers elsewhere. Needs git. Call it when a change is complete.",
     review_change_input, review_output, review_change},
    {"judge_snippet", "Judge code before it is written",
     "Judge Elixir or Erlang code that is not written yet. With `file`, `text` is the new content of that file within its "
     "project, "
     "and what it would add or take away is told; without, the text is judged alone (functions without a module are taken for "
     "those of one server process).",
     judge_snippet_input, judge_snippet_output, judge_snippet},
    {"explain_rule", "Explain a rule",
     "Explain a rule by code or name (BW401, blocking-call-handler): what it finds, why it bites, when it stays silent, and what "
     "to "
     "write instead, with code in both languages.",
     explain_rule_input, explain_rule_output, explain_rule},
    {"list_rules", "List the rules", "All rules with code, name, usual severity and one line each.", list_rules_input,
     list_rules_output, list_rules},
    {"show_design", "Show the design",
     "How the processes of a project hang together. With `about` (a module, registered name, table or application): who "
     "supervises "
     "it and how, who calls it, whom it calls, what it may block on, its tables, what bounds its mailbox, what a crash loses, "
     "its "
     "findings. Without: the supervision tree.",
     show_design_input, show_design_output, show_design},
    {"why", "Show how one place reaches another",
     "The shortest path of calls and messages from one place to another: why a request reaches the database, how a callback "
     "comes "
     "to wait for another process. Ends are functions (Shop.Cart.add/2, mod:f/1), modules or processes; `to` may also be an "
     "effect (http, database, file, sleep, call …) or a table (ets:name).",
     why_input, why_output, show_why},
};

// "integer", with the article.
std::string with_article(const std::string& type) {
  return (type == "integer" || type == "array" || type == "object" ? "an " : "a ") + type;
}

bool has_type(const Json& value, const std::string& type) {
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "boolean") return value.is_boolean();
  if (type == "array") return value.is_array();
  return value.is_object();
}

std::string check_value(const std::string& name, const Json& schema, const Json& value) {
  const std::string type = schema.at("type");
  if (!has_type(value, type)) return name + " must be " + with_article(type);
  if (type == "integer") {
    const bool large = value.is_number_unsigned() && value.get<std::uint64_t>() > std::uint64_t{INT64_MAX};
    const std::int64_t number = large ? INT64_MAX : value.get<std::int64_t>();
    if (schema.contains("minimum") && number < schema["minimum"].get<std::int64_t>()) {
      return name + " must be at least " + schema["minimum"].dump();
    }
    if (schema.contains("maximum") && number > schema["maximum"].get<std::int64_t>()) {
      return name + " must be at most " + schema["maximum"].dump();
    }
  }
  if (type == "string") {
    if (schema.contains("maxLength") && value.get_ref<const std::string&>().size() > schema["maxLength"].get<std::size_t>()) {
      return name + " is too long";
    }
    const auto allowed = schema.find("enum");
    if (allowed != schema.end() && std::find(allowed->begin(), allowed->end(), value) == allowed->end()) {
      std::string words;
      for (const Json& word : *allowed) words += (words.empty() ? "" : ", ") + word.get<std::string>();
      return name + " must be one of " + words;
    }
  }
  if (type == "array") {
    for (const Json& item : value) {
      if (std::string fault = check_value("each of " + name, schema.at("items"), item); !fault.empty()) return fault;
    }
  }
  return {};
}

}  // namespace

std::span<const Tool> all_tools() { return kTools; }

std::string check_arguments(const Json& schema, const Json& arguments) {
  const Json& properties = schema.at("properties");
  for (const auto& [name, value] : arguments.items()) {
    const auto property = properties.find(name);
    if (property == properties.end()) {
      std::string known;
      for (const auto& [each, unused] : properties.items()) known += (known.empty() ? "" : ", ") + each;
      return "there is no argument " + name + "; known are " + known;
    }
    if (std::string fault = check_value(name, *property, value); !fault.empty()) return fault;
  }
  if (const auto required = schema.find("required"); required != schema.end()) {
    for (const Json& name : *required) {
      if (!arguments.contains(name)) return "the argument " + name.get<std::string>() + " is missing";
    }
  }
  return {};
}

std::string text_argument(const Json& arguments, const char* name, std::string_view otherwise) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? std::string(otherwise) : found->get<std::string>();
}

std::size_t number_argument(const Json& arguments, const char* name, std::size_t otherwise) {
  const auto found = arguments.find(name);
  return found == arguments.end() ? otherwise : found->get<std::size_t>();
}

bool flag_argument(const Json& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && found->get<bool>();
}

}  // namespace beamwright::serve
