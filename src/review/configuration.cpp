// Every key is listed here with its reader; anything else is refused, for a setting that is silently ignored is worse than none.
#include "review/configuration.h"

#include <array>
#include <filesystem>
#include <functional>
#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/nearest.h"
#include "findings/suppression.h"
#include "rules/lookup.h"
#include "source/files.h"

namespace beamwright::review {
namespace {

namespace fs = std::filesystem;
using findings::Severity;

constexpr std::array<std::string_view, 5> kFailOn{"none", "low", "medium", "high", "critical"};

class ConfigurationReader {
 public:
  explicit ConfigurationReader(const std::string& path) { configuration_.path = path; }

  Result<Configuration> read(std::string_view text) {
    toml::parse_result parsed = toml::parse(text, configuration_.path);
    if (!parsed) {
      fail(parsed.error().source(), std::string(parsed.error().description()));
    } else {
      read_top(parsed.table());
    }
    if (!error_.empty()) return Error{error_};
    return std::move(configuration_);
  }

 private:
  struct Key {
    std::string_view name;
    std::function<void(const toml::node&)> read;
  };

  // The first error is told; what follows may be its consequence.
  void fail(const toml::source_region& place, std::string message) {
    if (!error_.empty()) return;
    error_ = configuration_.path + ":" + std::to_string(place.begin.line) + ":" + std::to_string(place.begin.column) + ": " +
             std::move(message);
  }

  void read_top(const toml::table& table) {
    read_keys(table, "",
              {{"fail-on", [&](const toml::node& n) { configuration_.fail_on = word_of(n, kFailOn); }},
               {"include-tests", [&](const toml::node& n) { configuration_.include_tests = truth(n); }},
               {"exclude", [&](const toml::node& n) { configuration_.exclude = texts(n); }},
               {"select", [&](const toml::node& n) { configuration_.selection.select = rule_words(n); }},
               {"ignore", [&](const toml::node& n) { configuration_.selection.ignore = rule_words(n); }},
               {"baseline", [&](const toml::node& n) { configuration_.baseline = text(n); }},
               {"knowledge", [&](const toml::node& n) { configuration_.knowledge = texts(n); }},
               {"rules", [&](const toml::node& n) { read_rules(n); }},
               {"contexts", [&](const toml::node& n) { read_contexts(n); }}});
  }

  void read_rules(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node.source(), "rules is a table: [rules.BW401]");
    for (const auto& [key, value] : *table) {
      const rules::RegisteredRule* rule = rules::find_rule(rules::all_rules(), key.str());
      if (!rule) return fail(key.source(), *unknown_rule(key.str()));
      const toml::table* settings = value.as_table();
      if (!settings) return fail(value.source(), "the settings of a rule are a table: [rules." + std::string(key.str()) + "]");
      RuleSettings row{std::string(rule->rule->info.code), {}, {}};
      bool enabled = true;
      read_keys(
          *settings, "[rules." + std::string(key.str()) + "]",
          {{"severity", [&](const toml::node& n) { row.severity = severity_named(word_of(n, std::span(kFailOn).subspan(1))); }},
           {"exclude", [&](const toml::node& n) { row.exclude = texts(n); }},
           {"enabled", [&](const toml::node& n) { enabled = truth(n); }}});
      if (!enabled) configuration_.selection.ignore.push_back(row.rule);
      configuration_.rules.push_back(std::move(row));
    }
  }

  void read_contexts(const toml::node& node) {
    const toml::table* table = node.as_table();
    if (!table) return fail(node.source(), "contexts is a table: [contexts]");
    ContextSettings& contexts = configuration_.contexts;
    read_keys(*table, "[contexts]",
              {{"tool", [&](const toml::node& n) { contexts.tool = texts(n); }},
               {"request", [&](const toml::node& n) { contexts.request = texts(n); }},
               {"test", [&](const toml::node& n) { contexts.test = texts(n); }}});
  }

  void read_keys(const toml::table& table, const std::string& of, const std::vector<Key>& known) {
    for (const auto& [key, value] : table) {
      const auto found = std::find_if(known.begin(), known.end(), [name = key.str()](const Key& k) { return k.name == name; });
      if (found != known.end()) {
        found->read(value);
        continue;
      }
      std::vector<std::string_view> names;
      for (const Key& k : known) names.push_back(k.name);
      const std::string_view nearest = nearest_word(key.str(), names);
      fail(key.source(), "there is no key " + std::string(key.str()) + (of.empty() ? "" : " in " + of) +
                             (nearest.empty() ? "; known are " + joined(names) : "; did you mean " + std::string(nearest) + "?"));
    }
  }

  template <typename Words>
  static std::string joined(const Words& words) {
    std::string text;
    for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
  }

  std::string text(const toml::node& node) {
    if (const auto* value = node.as_string(); value && !value->get().empty()) return value->get();
    fail(node.source(), "a text is wanted here, such as \"lib/legacy\"");
    return {};
  }

  bool truth(const toml::node& node) {
    if (const auto* value = node.as_boolean()) return value->get();
    fail(node.source(), "true or false is wanted here");
    return false;
  }

  std::string word_of(const toml::node& node, std::span<const std::string_view> words) {
    const auto* value = node.as_string();
    if (value && std::find(words.begin(), words.end(), value->get()) != words.end()) return value->get();
    fail(node.source(), "one of these is wanted here: " + joined(words));
    return {};
  }

  std::vector<std::string> texts(const toml::node& node) {
    std::vector<std::string> all;
    if (const toml::array* array = node.as_array()) {
      for (const toml::node& each : *array) all.push_back(text(each));
    } else {
      fail(node.source(), "a list of texts is wanted here, such as [\"lib/legacy\"]");
    }
    return all;
  }

  std::vector<std::string> rule_words(const toml::node& node) {
    const toml::array* array = node.as_array();
    std::vector<std::string> words = texts(node);
    for (std::size_t i = 0; array && i < words.size(); ++i) {
      if (const auto unknown = unknown_rule(words[i]); unknown && !words[i].empty()) fail((*array)[i].source(), *unknown);
    }
    return words;
  }

  Configuration configuration_;
  std::string error_;
};

}  // namespace

std::optional<Severity> severity_named(std::string_view word) {
  for (const Severity severity : {Severity::kLow, Severity::kMedium, Severity::kHigh, Severity::kCritical}) {
    if (word == to_string(severity)) return severity;
  }
  return std::nullopt;
}

std::optional<std::string> unknown_rule(std::string_view word) {
  const auto rules = rules::all_rules();
  for (const rules::RegisteredRule& rule : rules) {
    findings::Finding finding;
    finding.code = rule.rule->info.code;
    finding.name = rule.rule->info.name;
    finding.family = rule.rule->info.family;
    if (findings::names_rule(word, finding)) return std::nullopt;
  }
  std::string message = "there is no rule or family " + std::string(word);
  const auto nearest = rules::nearest_rules(rules, word);
  for (std::size_t i = 0; i < nearest.size(); ++i) message += (i == 0 ? "; the nearest are " : ", ") + nearest[i];
  return message;
}

Result<Configuration> read_configuration(const std::string& path, std::string_view text) {
  return ConfigurationReader(path).read(text);
}

Result<Configuration> load_configuration(const std::string& path) {
  const Result<std::string> text = source::read_file(path);
  if (!text) return Error{text.error()};
  Result<Configuration> read = read_configuration(path, *text);
  std::error_code error;
  if (read) read->folder = fs::canonical(path, error).parent_path().string();
  return read;
}

Result<Configuration> find_configuration(const std::string& reviewed_path) {
  std::error_code error;
  fs::path folder = fs::canonical(reviewed_path, error);
  if (error) return Configuration{};  // discovery says better what is wrong with the path
  if (!fs::is_directory(folder, error)) folder = folder.parent_path();
  for (;; folder = folder.parent_path()) {
    const fs::path file = folder / kConfigurationName;
    if (fs::exists(file, error)) return load_configuration(file.string());
    if (!folder.has_relative_path()) return Configuration{};
  }
}

}  // namespace beamwright::review
