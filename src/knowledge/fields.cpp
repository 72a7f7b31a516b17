// Words, fields and names of a line; and the members of Reader that turn them into numbers.
#include "knowledge/fields.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "knowledge/reader.h"
#include "knowledge/words.h"

namespace beamwright::knowledge {
namespace {

constexpr int kHighestArity = 30;
constexpr std::string_view kElixirPrefix = "Elixir.";
constexpr std::size_t kLongestModule = 200;

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

template <typename Number>
bool read_number(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view next_word(std::string_view& rest) {
  std::size_t start = 0;
  while (start < rest.size() && is_blank(rest[start])) ++start;
  std::size_t end = start;
  while (end < rest.size() && !is_blank(rest[end])) ++end;
  const std::string_view word = rest.substr(start, end - start);
  rest.remove_prefix(end);
  return word;
}

bool next_field(std::string_view& rest, Field& field) {
  constexpr std::string_view kSource = "source=";
  const std::string_view line = rest;
  const std::string_view word = next_word(rest);
  if (word.empty() || word.front() == '#') return false;
  const std::size_t equals = std::min(word.find('='), word.size());
  field.key = word.substr(0, equals);
  field.value = word.substr(std::min(equals + 1, word.size()));
  if (word.starts_with(kSource)) {
    field.value = trimmed(line.substr(static_cast<std::size_t>(field.value.data() - line.data())));
    rest = {};
  }
  return true;
}

bool is_module_name(std::string_view text) {
  if (text.empty() || text.size() > kLongestModule || !(is_upper(text.front()) || is_lower(text.front()))) return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_upper(c) || is_lower(c) || is_digit(c) || c == '_' || c == '.'; });
}

Symbol module_symbol(std::string_view text) {
  if (!is_upper(text.front())) return intern(text);
  char buffer[kElixirPrefix.size() + kLongestModule];
  std::memcpy(buffer, kElixirPrefix.data(), kElixirPrefix.size());
  std::memcpy(buffer + kElixirPrefix.size(), text.data(), text.size());
  return intern({buffer, kElixirPrefix.size() + text.size()});
}

FunctionRow within_arity(FunctionRow row) {
  for (std::uint8_t* position : {&row.timeout_argument, &row.delay_argument, &row.target_argument, &row.message_argument,
                                 &row.module_argument, &row.name_argument, &row.child_argument, &row.text_argument})
    if (*position > row.arity) *position = 0;
  if (row.options_argument > row.arity) {
    row.options_argument = 0;
    row.timeout_option = Symbol();
  }
  row.closure_arguments &= (2u << row.arity) - 1;
  if (row.closure_argument > row.arity) {
    row.closure_argument = 0;
    row.closure_is_mfa = false;
    row.closure_runs = Runs::kCaller;
  }
  return row;
}

Symbol Reader::module_of(std::string_view text) {
  if (text != last_module_text_) {
    last_module_text_ = text;
    last_module_ = module_symbol(text);
  }
  return last_module_;
}

bool Reader::read_mfa(std::string_view& rest, Mfa& mfa) {
  mfa.text = next_word(rest);
  const std::size_t slash = mfa.text.rfind('/');
  const std::string_view name = mfa.text.substr(0, slash);
  const bool elixir = !name.empty() && is_upper(name.front());
  const std::size_t split = elixir ? name.rfind('.') : name.find(':');
  const bool split_well = slash != std::string_view::npos && split != std::string_view::npos && split + 1 < name.size();
  const std::string_view module = name.substr(0, split);
  if (!split_well || (module != last_module_text_ && !is_module_name(module)))
    return fail({"'", mfa.text, "' is no function; write module:name/arity or Module.name/arity"});
  mfa.module = module_of(module);
  mfa.name = intern(name.substr(split + 1));
  return read_arity(mfa.text.substr(slash + 1), mfa);
}

// 2, or 2..4, or * for any.
bool Reader::read_arity(std::string_view text, Mfa& mfa) {
  if (text == "*") return true;
  const std::size_t dots = text.find("..");
  const bool range = dots != std::string_view::npos;
  const bool numbers =
      read_number(text.substr(0, dots), mfa.lowest) && (!range || read_number(text.substr(dots + 2), mfa.highest));
  if (!range) mfa.highest = mfa.lowest;
  if (!numbers || mfa.lowest < 0 || mfa.highest < mfa.lowest || mfa.highest > kHighestArity)
    return fail({"'", text, "' is no arity; write 2, 2..4 or *"});
  return true;
}

// http,log or - for none.
bool Reader::read_effects(std::string_view word, EffectSet& effects) {
  if (word.empty() || word.find('=') != std::string_view::npos)
    return fail({"the effects are missing; write them after the function, or - for none"});
  if (word == "-") return true;
  while (!word.empty()) {
    const std::size_t comma = std::min(word.find(','), word.size());
    const auto place = place_of(effect_words(), word.substr(0, comma));
    if (!place) return fail({unknown_word("effect", word.substr(0, comma), effect_words())});
    effects.add(static_cast<Effect>(*place));
    word.remove_prefix(std::min(comma + 1, word.size()));
  }
  return true;
}

// 2, or 1,3 when several arguments are funs.
bool Reader::read_closures(std::string_view value, FunctionRow& row) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    std::uint8_t position = 0;
    if (!read_position("closure", value.substr(0, comma), position)) return false;
    if (row.closure_argument == 0) row.closure_argument = position;
    row.closure_arguments |= 1u << position;
    value.remove_prefix(std::min(comma + 1, value.size()));
  }
  return row.closure_argument != 0 || fail({"closure= needs the position of an argument"});
}

bool Reader::read_bound(std::string_view value, Bound& bound) {
  if (value == "infinity") {
    bound.milliseconds = Bound::kInfinite;
    return true;
  }
  if (value == "unknown") {
    bound.milliseconds = Bound::kUnknown;
    return true;
  }
  if (read_number(value, bound.milliseconds) && bound.milliseconds >= 0) return true;
  return fail({"bound='", value, "' is neither milliseconds nor infinity nor unknown"});
}

bool Reader::read_position(std::string_view key, std::string_view value, std::uint8_t& position) {
  if (read_number(value, position) && position >= 1 && position <= kHighestArity) return true;
  return fail({key, "='", value, "' is not the position of an argument, counted from 1"});
}

}  // namespace beamwright::knowledge
