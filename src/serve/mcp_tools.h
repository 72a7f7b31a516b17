// The tools of the MCP server: a table of what each is called, takes and gives. For the .cpp files of src/serve alone, since the
// JSON library is slow to compile.
#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "serve/roots.h"
#include "serve/rpc.h"

namespace beamwright::serve {

struct ToolContext {
  const Roots& roots;
  unsigned jobs = 1;
  std::stop_token stop;  // of a call whose answer nobody wants any more
};

// Thrown by a tool that cannot do what it was asked; told to the model, which may ask better.
struct ToolFailure {
  std::string message;
};

struct ToolAnswer {
  std::string text;
  Json structured;  // fits the tool's output schema
};

// The schemas are JSON Schema 2020-12, in the words that check_arguments() understands.
struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  Json (*input_schema)();
  Json (*output_schema)();
  ToolAnswer (*run)(const ToolContext& context, const Json& arguments);
};

// In the order in which they are told of.
std::span<const Tool> all_tools();

// Why arguments do not fit a tool's input schema, as a sentence for the model; empty when they do. Understands type (object,
// string, integer, boolean, array), properties, required, additionalProperties: false, enum, minimum, maximum, maxLength, items.
std::string check_arguments(const Json& schema, const Json& arguments);

// Arguments that have been checked; `otherwise` where they are left out.
std::string text_argument(const Json& arguments, const char* name, std::string_view otherwise = {});
std::size_t number_argument(const Json& arguments, const char* name, std::size_t otherwise);
bool flag_argument(const Json& arguments, const char* name);

// The tools themselves, by file.
ToolAnswer review_project(const ToolContext& context, const Json& arguments);
ToolAnswer review_change(const ToolContext& context, const Json& arguments);
ToolAnswer judge_snippet(const ToolContext& context, const Json& arguments);
ToolAnswer explain_rule(const ToolContext& context, const Json& arguments);
ToolAnswer list_rules(const ToolContext& context, const Json& arguments);
ToolAnswer show_design(const ToolContext& context, const Json& arguments);
ToolAnswer show_why(const ToolContext& context, const Json& arguments);

}  // namespace beamwright::serve
