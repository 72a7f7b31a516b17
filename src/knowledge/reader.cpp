// The lines of a data file, one kind of row a function. Small pieces of a line (positions, bounds, names) are read in fields.cpp.
#include "knowledge/reader.h"

#include <array>
#include <charconv>

#include "knowledge/fields.h"
#include "knowledge/words.h"

namespace beamwright::knowledge {
namespace {

constexpr auto kKinds =
    std::to_array<std::string_view>({"source", "module", "function", "macro", "use", "behaviour", "callback"});

constexpr auto kFunctionKeys = std::to_array<std::string_view>(
    {"bound", "timeout", "option", "delay",  "target",  "message",  "closure", "mfa",   "runs",  "module", "name",
     "child", "text",    "when",   "unless", "returns", "releases", "input",   "since", "until", "source"});
constexpr auto kBehaviourKeys = std::to_array<std::string_view>({"process", "many", "source"});
constexpr auto kCallbackKeys =
    std::to_array<std::string_view>({"role", "message", "from", "state", "input", "optional", "since", "source"});

// Positions of a function row, with the words the data files use for them.
struct NamedPosition {
  std::string_view key;
  std::uint8_t FunctionRow::*member;
};
constexpr auto kPositions = std::to_array<NamedPosition>({
    {"timeout", &FunctionRow::timeout_argument},
    {"delay", &FunctionRow::delay_argument},
    {"target", &FunctionRow::target_argument},
    {"message", &FunctionRow::message_argument},
    {"module", &FunctionRow::module_argument},
    {"name", &FunctionRow::name_argument},
    {"child", &FunctionRow::child_argument},
    {"text", &FunctionRow::text_argument},
});

}  // namespace

void Reader::expect(std::size_t bytes) {
  // Measured on the embedded files: a row of functions is about fifty bytes, as ranges of arities make up for comments.
  constexpr std::size_t kBytesARow = 50;
  knowledge_.functions_.reserve(bytes / kBytesARow);
  knowledge_.function_index_.reserve(bytes / kBytesARow);
}

std::optional<std::string> Reader::read(const DataFile& file) {
  path_ = file.path;
  source_ = {};
  line_ = 0;
  std::string_view rest = file.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    ++line_;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (!read_line(line)) return std::string(path_) + ":" + std::to_string(line_) + ": " + message_;
  }
  return std::nullopt;
}

bool Reader::read_line(std::string_view line) {
  std::string_view rest = line;
  const std::string_view kind = next_word(rest);
  if (kind.empty() || kind.front() == '#') return true;
  if (kind == "function") return read_function(rest, false, false);
  if (kind == "macro") return read_function(rest, true, false);
  if (kind == "use") return read_function(rest, false, true);
  if (kind == "callback") return read_callback(rest);
  if (kind == "behaviour") return read_behaviour(rest);
  if (kind == "module") return read_modules(rest);
  if (kind != "source") return fail({unknown_word("kind of row", kind, kKinds)});
  source_ = trimmed(rest);
  return !source_.empty() || fail({"a source row without a source"});
}

bool Reader::read_modules(std::string_view rest) {
  std::size_t count = 0;
  for (std::string_view word = next_word(rest); !word.empty() && word.front() != '#'; word = next_word(rest), ++count) {
    if (!is_module_name(word)) return fail({"'", word, "' is not the name of a module"});
    add_module(module_symbol(word));
  }
  return count != 0 || fail({"a module row without a module"});
}

bool Reader::read_function(std::string_view rest, bool macro, bool used) {
  FunctionRow row;
  Mfa mfa;
  row.macro = macro;
  if (!read_mfa(rest, mfa)) return false;
  if (!read_effects(next_word(rest), row.effects)) return false;
  for (Field field; next_field(rest, field);)
    if (!read_function_field(field.key, field.value, row)) return false;
  if (row.source.empty()) row.source = source_;
  if (row.source.empty()) return fail({"no source: neither source= on the row nor a source row above it"});
  return check(row, mfa) && add(row, mfa, used);
}

bool Reader::read_behaviour(std::string_view rest) {
  BehaviourRow row;
  const std::string_view name = next_word(rest);
  if (!is_module_name(name)) return fail({"'", name, "' is not the name of a module"});
  row.module = module_symbol(name);
  row.source = source_;
  row.file = path_;
  row.line = line_;
  for (Field field; next_field(rest, field);) {
    if (field.key == "process") {
      if (!place_of(process_words(), field.value)) return fail({unknown_word("class of process", field.value, process_words())});
      row.process = field.value;
    } else if (field.key == "many") {
      row.many = true;
    } else if (field.key == "source") {
      row.source = field.value;
    } else {
      return fail({unknown_word("field of a behaviour row", field.key, kBehaviourKeys)});
    }
  }
  if (row.process.empty()) return fail({"a behaviour row needs process="});
  if (row.source.empty()) return fail({"no source: neither source= on the row nor a source row above it"});
  const auto here = static_cast<std::uint32_t>(knowledge_.behaviours_.size());
  const std::uint32_t stands = knowledge_.behaviour_index_.insert({row.module, Symbol(), -1}, here);
  if (stands != here) return fail({name, " stands twice; first at ", place_text(knowledge_.behaviours_[stands])});
  add_module(row.module);
  knowledge_.behaviours_.push_back(row);
  return true;
}

bool Reader::read_callback(std::string_view rest) {
  CallbackRow row;
  Mfa mfa;
  if (!read_mfa(rest, mfa)) return false;
  row.source = source_;
  for (Field field; next_field(rest, field);) {
    if (field.key == "role") {
      if (!place_of(role_words(), field.value)) return fail({unknown_word("role", field.value, role_words())});
      row.role = field.value;
    } else if (field.key == "message") {
      if (!read_position(field.key, field.value, row.message_argument)) return false;
    } else if (field.key == "from") {
      if (!read_position(field.key, field.value, row.from_argument)) return false;
    } else if (field.key == "state") {
      if (!read_position(field.key, field.value, row.state_argument)) return false;
    } else if (field.key == "input") {
      if (!read_position(field.key, field.value, row.input_argument)) return false;
    } else if (field.key == "optional") {
      row.optional = true;
    } else if (field.key == "since") {
      row.since = field.value;
    } else if (field.key == "source") {
      row.source = field.value;
    } else {
      return fail({unknown_word("field of a callback row", field.key, kCallbackKeys)});
    }
  }
  if (row.role.empty()) return fail({"a callback row needs role="});
  if (row.source.empty()) return fail({"no source: neither source= on the row nor a source row above it"});
  if (knowledge_.behaviour_index_.find({mfa.module, Symbol(), -1}) == RowIndex::kNone)
    return fail({"the behaviour of ", mfa.text, " has no behaviour row above"});
  for (const std::uint8_t position : {row.message_argument, row.from_argument, row.state_argument, row.input_argument})
    if (!check_position(position, "argument", mfa)) return false;
  row.behaviour = mfa.module;
  row.name = mfa.name;
  row.file = path_;
  row.line = line_;
  for (int arity = mfa.lowest; arity <= mfa.highest; ++arity) {
    row.arity = static_cast<std::int8_t>(arity);
    const auto here = static_cast<std::uint32_t>(knowledge_.callbacks_.size());
    const std::uint32_t stands = knowledge_.callback_index_.insert({row.behaviour, row.name, arity}, here);
    if (stands != here) return fail({mfa.text, " stands twice; first at ", place_text(knowledge_.callbacks_[stands])});
    knowledge_.callbacks_.push_back(row);
  }
  return true;
}

bool Reader::read_function_field(std::string_view key, std::string_view value, FunctionRow& row) {
  for (const NamedPosition& position : kPositions)
    if (position.key == key) return read_position(key, value, row.*position.member);
  if (key == "closure") return read_closures(value, row);
  if (key == "mfa") {
    row.closure_is_mfa = true;
    return read_position(key, value, row.closure_argument);
  }
  if (key == "bound") return read_bound(value, row.bound);
  bool known = false;
  if (!read_option_field(key, value, row, known)) return false;
  if (!known && !read_word_field(key, value, row, known)) return false;
  return known || fail({unknown_word("field of a function row", key, kFunctionKeys)});
}

// Fields that name a key of an options list: option=timeout, option=timeout@3, when=keys:atoms, unless=safe.
bool Reader::read_option_field(std::string_view key, std::string_view value, FunctionRow& row, bool& known) {
  known = true;
  if (key == "option") {
    const std::size_t at = value.find('@');
    row.timeout_option = intern(value.substr(0, at));
    if (!row.timeout_option) return fail({"option= needs the name of an option"});
    return at == std::string_view::npos || read_position(key, value.substr(at + 1), row.options_argument);
  }
  if (key == "when") {
    const std::size_t colon = value.find(':');
    if (colon == std::string_view::npos || colon == 0) return fail({"when= has the form option:value"});
    row.when_option = intern(value.substr(0, colon));
    row.when_value = intern(value.substr(colon + 1));
    return true;
  }
  if (key == "unless") {
    row.unless_option = intern(value);
    return true;
  }
  known = false;
  return true;
}

// Fields whose value is a word of a closed vocabulary or a piece of text.
bool Reader::read_word_field(std::string_view key, std::string_view value, FunctionRow& row, bool& known) {
  known = true;
  if (key == "runs") {
    const auto place = place_of(runs_words(), value);
    if (!place) return fail({unknown_word("place to run", value, runs_words())});
    row.closure_runs = static_cast<Runs>(*place);
  } else if (key == "returns" || key == "releases") {
    const auto place = place_of(resource_words(), value);
    if (!place) return fail({unknown_word("resource", value, resource_words())});
    (key == "returns" ? row.returns : row.releases) = static_cast<Resource>(*place);
  } else if (key == "input") {
    if (!place_of(input_words(), value)) return fail({unknown_word("kind of input", value, input_words())});
    row.input = value;
  } else if (key == "since") {
    row.since = value;
  } else if (key == "until") {
    row.until = value;
  } else if (key == "source") {
    row.source = value;
  } else {
    known = false;
  }
  return true;
}

bool Reader::check(const FunctionRow& row, const Mfa& mfa) {
  for (const NamedPosition& position : kPositions)
    if (!check_position(row.*position.member, position.key, mfa)) return false;
  for (std::size_t i = 1; i < 32; ++i)
    if (row.runs_argument(i) && !check_position(i, "closure", mfa)) return false;
  if (!check_position(row.closure_argument, "closure", mfa) || !check_position(row.options_argument, "option", mfa)) return false;
  if (row.closure_is_mfa && row.closure_argument + 2 > mfa.highest && mfa.highest >= 0)
    return fail({"mfa= needs module, function and arguments within the arity of ", mfa.text});
  if (row.closure_runs != Runs::kCaller && row.closure_argument == 0) return fail({"runs= without closure= or mfa="});
  return true;
}

bool Reader::check_position(std::size_t position, std::string_view key, const Mfa& mfa) {
  if (mfa.highest < 0 || position <= static_cast<std::size_t>(mfa.highest)) return true;
  return fail({key, " ", std::to_string(position), " lies beyond the arity of ", mfa.text});
}

// A row of several arities becomes one row each, without the positions that the smaller ones do not have.
bool Reader::add(FunctionRow row, const Mfa& mfa, bool used) {
  std::vector<FunctionRow>& rows = used ? knowledge_.used_functions_ : knowledge_.functions_;
  RowIndex& index = used ? knowledge_.used_function_index_ : knowledge_.function_index_;
  row.module = mfa.module;
  row.name = mfa.name;
  row.file = path_;
  row.line = line_;
  add_module(row.module);
  for (int arity = mfa.lowest; arity <= mfa.highest; ++arity) {
    row.arity = static_cast<std::int8_t>(arity);
    const auto here = static_cast<std::uint32_t>(rows.size());
    const std::uint32_t stands = index.insert({row.module, row.name, arity}, here);
    if (stands != here) return fail({mfa.text, " stands twice; first at ", place_text(rows[stands])});
    rows.push_back(arity < 0 ? row : within_arity(row));
  }
  return true;
}

void Reader::add_module(Symbol module) {
  const auto here = static_cast<std::uint32_t>(knowledge_.modules_.size());
  if (knowledge_.module_index_.insert({module, Symbol(), -1}, here) == here) knowledge_.modules_.push_back(module);
}

bool Reader::fail(std::initializer_list<std::string_view> parts) {
  message_.clear();
  for (const std::string_view part : parts) message_ += part;
  return false;
}

}  // namespace beamwright::knowledge
