// One small tokenizer serves the Elixir and Erlang manifests: words, strings, quoted atoms and single marks. Makefiles are read
// by the line.
#include "source/manifest.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>

namespace beamwright::source {
namespace {

enum class TokenKind : std::uint8_t { kWord, kString, kMark };

struct Token {
  TokenKind kind = TokenKind::kMark;
  std::string_view text;  // without quotes
};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '@' || c == '?' ||
         c == '!';
}

// Reads to the closing quote; backslashes escape. Gives the place after it, or the end of the text.
std::size_t end_of_quoted(std::string_view text, std::size_t at, char quote) {
  while (at < text.size() && text[at] != quote) at += text[at] == '\\' ? 2 : 1;
  return std::min(at, text.size());
}

std::vector<Token> tokenize(std::string_view text, char comment) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (c == comment) {
      at = std::min(text.find('\n', at), text.size());
    } else if (c == '"' || c == '\'') {
      const std::size_t end = end_of_quoted(text, at + 1, c);
      tokens.push_back({c == '"' ? TokenKind::kString : TokenKind::kWord, text.substr(at + 1, end - at - 1)});
      at = end + 1;
    } else if (is_word(c)) {
      const std::size_t begin = at;
      while (at < text.size() && is_word(text[at])) ++at;
      tokens.push_back({TokenKind::kWord, text.substr(begin, at - begin)});
    } else {
      if (static_cast<unsigned char>(c) > ' ') tokens.push_back({TokenKind::kMark, text.substr(at, 1)});
      ++at;
    }
  }
  return tokens;
}

// Asks about tokens at a place without caring whether the text goes that far.
class Tokens {
 public:
  Tokens(std::string_view text, char comment) : tokens_(tokenize(text, comment)) {}

  std::size_t size() const { return tokens_.size(); }
  Token at(std::size_t i) const { return i < tokens_.size() ? tokens_[i] : Token{}; }
  bool mark(std::size_t i, char c) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::kMark && tokens_[i].text[0] == c;
  }
  bool word(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::kWord && tokens_[i].text == text;
  }
  bool word(std::size_t i) const { return i < tokens_.size() && tokens_[i].kind == TokenKind::kWord; }
  bool string(std::size_t i) const { return i < tokens_.size() && tokens_[i].kind == TokenKind::kString; }
  // +1, -1 or 0: how a token changes the nesting.
  int nesting(std::size_t i) const {
    if (at(i).kind != TokenKind::kMark || at(i).text.empty()) return 0;
    const char c = at(i).text[0];
    return c == '{' || c == '[' || c == '(' ? 1 : c == '}' || c == ']' || c == ')' ? -1 : 0;
  }

 private:
  std::vector<Token> tokens_;
};

int number_at(std::string_view text, std::size_t& at) {
  while (at < text.size() && (text[at] < '0' || text[at] > '9')) ++at;
  int value = 0;
  const auto [end, failure] = std::from_chars(text.data() + at, text.data() + text.size(), value);
  if (failure != std::errc{}) return 0;
  at = static_cast<std::size_t>(end - text.data());
  return value;
}

// The first version of a requirement is its lower bound in every form that people write: "~> 1.14", ">= 1.12.0 and < 2.0.0".
std::pair<int, int> first_version(std::string_view requirement) {
  std::size_t at = 0;
  const int major = number_at(requirement, at);
  const bool has_minor = at < requirement.size() && requirement[at] == '.';
  return {major, has_minor ? number_at(requirement, at) : 0};
}

void add(std::vector<std::string>& to, std::string_view name) {
  if (!name.empty()) to.emplace_back(name);
}

// {mod, {payment_app, []}} and mod: {Shop.Application, []}; `i` is before the module. Elixir's modules are atoms with a prefix.
std::string callback_module(const Tokens& tokens, std::size_t i) {
  if (!(tokens.mark(i, '{') || tokens.mark(i, ':')) || !tokens.word(i + 1)) return {};
  std::string name(tokens.at(i + 1).text);
  for (i += 2; tokens.mark(i, '.') && tokens.word(i + 1); i += 2) name.append(".").append(tokens.at(i + 1).text);
  const bool elixir = !name.empty() && name[0] >= 'A' && name[0] <= 'Z' && !name.starts_with("Elixir.");
  return tokens.mark(i, ',') ? (elixir ? "Elixir." : "") + name : std::string();
}

// Keeps the first of equal names.
void remove_repetitions(std::vector<std::string>& names) {
  std::set<std::string, std::less<>> seen;
  std::erase_if(names, [&](const std::string& name) { return !seen.insert(name).second; });
}

// {:name, "~> 1.0"} {:name, git: "…"} {:name, path: "…"} {:name, in_umbrella: true}; `i` is at the brace.
void read_mix_dependency(const Tokens& tokens, std::size_t i, Manifest& out) {
  constexpr std::size_t kLongest = 100;  // tokens of one entry; keeps hostile nesting from costing squared time
  const std::string_view name = tokens.at(i + 2).text;
  bool fetched = tokens.string(i + 4);
  bool own = false;
  int depth = 1;
  for (std::size_t at = i + 3; at < std::min(tokens.size(), i + kLongest) && depth > 0; ++at) {
    depth += tokens.nesting(at);
    if (!tokens.word(at) || !tokens.mark(at + 1, ':')) continue;
    const std::string_view key = tokens.at(at).text;
    if (key == "path" || key == "in_umbrella") own = true;
    if (key == "git" || key == "github" || key == "hex") fetched = true;
  }
  if (own) {
    add(out.own, name);
  } else if (fetched) {
    add(out.fetched, name);
  }
}

// The first word of each element of the list whose bracket is at `i`.
void read_names_of_list(const Tokens& tokens, std::size_t i, std::vector<std::string>& out) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    const bool element = depth == 1 && (tokens.mark(i - 1, '[') || tokens.mark(i - 1, ','));
    if (element && tokens.word(i)) add(out, tokens.at(i).text);
    if (element && tokens.mark(i, '{') && tokens.word(i + 1)) add(out, tokens.at(i + 1).text);
    depth += tokens.nesting(i);
    if (depth <= 0) return;
  }
}

// {erl_opts, […]} of the default profile; `i` is at the bracket.
void read_compiler_options(const Tokens& tokens, std::size_t i, Manifest& out) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (depth == 1 && tokens.mark(i, '{') && tokens.mark(i + 2, ',')) {
      if (tokens.word(i + 1, "d") && tokens.word(i + 3)) {
        const bool simple_value = tokens.mark(i + 4, ',') && tokens.mark(i + 6, '}');
        const std::string_view value = simple_value ? tokens.at(i + 5).text : std::string_view("true");
        out.defines.push_back({std::string(tokens.at(i + 3).text),
                               simple_value && tokens.string(i + 5) ? '"' + std::string(value) + '"' : std::string(value)});
      }
      if (tokens.word(i + 1, "i") && tokens.string(i + 3)) add(out.include_folders, tokens.at(i + 3).text);
    }
    depth += tokens.nesting(i);
    if (depth <= 0) return;
  }
}

// Enough for every real application; keeps a hostile manifest from costing memory.
constexpr std::size_t kMostSettings = 2000;

// The place behind a term that begins at `i`, and behind the comma that follows it. The end of the list it stands in ends it,
// too.
std::size_t after_term(const Tokens& tokens, std::size_t i) {
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (depth == 0 && tokens.mark(i, ',')) return i + 1;
    depth += tokens.nesting(i);
    if (depth < 0) return i;
  }
  return i;
}

bool is_pair(const Tokens& tokens, std::size_t i) { return tokens.mark(i, '{') && tokens.word(i + 1) && tokens.mark(i + 2, ','); }

// An atom, a number or a text at `i`; nothing else is kept.
void read_scalar(const Tokens& tokens, std::size_t i, EnvironmentValue value, Manifest& out) {
  while (tokens.mark(i, '<')) ++i;
  const Token token = tokens.at(i);
  if (token.text.empty() || token.kind == TokenKind::kMark || out.environment.size() >= kMostSettings) return;
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (token.kind == TokenKind::kString) {
    value.kind = EnvironmentValue::kText;
  } else if (digit(token.text[0])) {
    if (!std::all_of(token.text.begin(), token.text.end(), digit) || tokens.mark(i + 1, '.')) return;
    value.kind = EnvironmentValue::kInteger;
  }
  value.text = token.text;
  out.environment.push_back(std::move(value));
}

// The elements of the list whose bracket is at `i`: scalars, and pairs of a key and a scalar.
void read_list_value(const Tokens& tokens, std::size_t i, EnvironmentValue value, Manifest& out) {
  for (++i; i < tokens.size() && !tokens.mark(i, ']') && out.environment.size() < kMostSettings; i = after_term(tokens, i)) {
    const bool pair = is_pair(tokens, i);
    value.inner = pair ? tokens.at(i + 1).text : std::string_view();
    value.item = !pair;
    read_scalar(tokens, pair ? i + 3 : i, value, out);
  }
}

// [{key, Value}, …]; `i` is at the bracket.
void read_environment(const Tokens& tokens, std::size_t i, Manifest& out, std::string_view application = {}) {
  if (!tokens.mark(i, '[')) return;
  for (++i; i < tokens.size() && !tokens.mark(i, ']') && out.environment.size() < kMostSettings; i = after_term(tokens, i)) {
    if (!is_pair(tokens, i)) continue;
    EnvironmentValue value;
    value.application = application;
    value.key = tokens.at(i + 1).text;
    if (tokens.mark(i + 3, '[')) {
      read_list_value(tokens, i + 3, std::move(value), out);
    } else {
      read_scalar(tokens, i + 3, std::move(value), out);
    }
  }
}

// "apps/*" → "apps"
std::string_view without_pattern(std::string_view folder) {
  const std::size_t end = folder.find_first_of("*?[");
  if (end != std::string_view::npos) folder = folder.substr(0, end);
  while (folder.ends_with('/')) folder.remove_suffix(1);
  return folder;
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

template <typename Visit>
void each_word(std::string_view text, Visit visit) {
  while (!(text = trim(text)).empty()) {
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(end);
  }
}

// NAME = value, with =, :=, ?= or +=. The name is empty for any other line.
std::pair<std::string_view, std::string_view> assignment(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || line.starts_with('\t')) return {};
  std::string_view name = line.substr(0, equals);
  while (!name.empty() && (name.back() == ':' || name.back() == '?' || name.back() == '+')) name.remove_suffix(1);
  name = trim(name);
  if (name.find_first_of(" \t:$") != std::string_view::npos) return {};
  return {name, trim(line.substr(equals + 1))};
}

// What stands under a condition is true for some builds only: its dependencies are still dependencies, its definitions are not
// taken.
void read_make_assignment(std::string_view name, std::string_view value, bool conditional, Manifest& out) {
  if (name == "PROJECT" && value.find('$') == std::string_view::npos) {
    if (out.name.empty()) out.name = value;
  } else if (name == "PROJECT_MOD" && value.find_first_of("$ ") == std::string_view::npos) {
    out.callback = value;
  } else if (name.starts_with("dep_")) {
    // erlang.mk's own ways of fetching. Others are made by a project for its own parts, as RabbitMQ's git_rmq is.
    static constexpr std::string_view kFetches[] = {"git", "git-subfolder", "git-submodule", "hg", "svn", "hex"};
    const std::string_view way = value.substr(0, value.find_first_of(" \t"));
    const bool fetched = std::find(std::begin(kFetches), std::end(kFetches), way) != std::end(kFetches);
    const std::string_view dependency = name.substr(4);
    if (dependency.starts_with("commit_") || way.empty()) return;
    add(fetched ? out.fetched : out.own, dependency);
  } else if (name == "DEPS" || name.ends_with("_DEPS") || name == "DEP_PLUGINS") {
    if (name == "LOCAL_DEPS") return;  // parts of OTP
    each_word(value, [&](std::string_view word) {
      if (word.find_first_of("$()/") == std::string_view::npos) add(out.listed, word);
    });
  } else if (name.ends_with("ERLC_OPTS") && !name.starts_with("TEST") && !conditional) {
    each_word(value, [&](std::string_view word) {
      if (!word.starts_with("-D") || word.size() < 3 || word.find_first_of("$('\"") != std::string_view::npos) return;
      const std::size_t equals = word.find('=');
      out.defines.push_back({std::string(word.substr(2, equals == std::string_view::npos ? equals : equals - 2)),
                             equals == std::string_view::npos ? "true" : std::string(word.substr(equals + 1))});
    });
  }
}

}  // namespace

void read_mix_exs(std::string_view text, Manifest& out) {
  out.kind = std::max(out.kind, BuildKind::kMix);
  const Tokens tokens(text, '#');
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens.mark(i, '{') && tokens.mark(i + 1, ':') && tokens.word(i + 2) && tokens.mark(i + 3, ',')) {
      read_mix_dependency(tokens, i, out);
    } else if (tokens.word(i, "app") && tokens.mark(i + 1, ':') && tokens.mark(i + 2, ':') && tokens.word(i + 3)) {
      if (out.name.empty()) out.name = tokens.at(i + 3).text;
    } else if (tokens.word(i, "mod") && tokens.mark(i + 1, ':') && tokens.mark(i + 2, '{')) {
      const std::size_t module = tokens.mark(i + 3, ':') ? i + 3 : i + 2;  // {:payment_app, []}
      if (out.callback.empty()) out.callback = callback_module(tokens, module);
    } else if (tokens.word(i, "elixir") && tokens.mark(i + 1, ':') && tokens.string(i + 2)) {
      out.minimum_elixir = first_version(tokens.at(i + 2).text);
    } else if (tokens.word(i, "apps_path") && tokens.mark(i + 1, ':') && tokens.string(i + 2)) {
      out.umbrella = true;
      add(out.application_folders, without_pattern(tokens.at(i + 2).text));
    }
  }
}

void read_mix_lock(std::string_view text, Manifest& out) {
  const Tokens tokens(text, '#');
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens.string(i) && tokens.mark(i + 1, ':') && tokens.mark(i + 2, '{') && tokens.mark(i + 3, ':')) {
      add(out.fetched, tokens.at(i).text);
    }
  }
}

void read_rebar_config(std::string_view text, Manifest& out) {
  // {profiles, [{test, [{deps, […]}]}]}: deeper ones are none of rebar3's, and would cost squared time in a hostile file.
  constexpr int kDeepestDependencies = 6;
  out.kind = std::max(out.kind, BuildKind::kRebar);
  const Tokens tokens(text, '%');
  int depth = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens.mark(i, '{') && tokens.word(i + 1) && tokens.mark(i + 2, ',')) {
      const std::string_view key = tokens.at(i + 1).text;
      if (key == "deps" && depth <= kDeepestDependencies && tokens.mark(i + 3, '['))
        read_names_of_list(tokens, i + 3, out.fetched);
      if (key == "erl_opts" && depth == 0) read_compiler_options(tokens, i + 3, out);
      if (key == "minimum_otp_vsn" && tokens.string(i + 3)) out.minimum_otp = first_version(tokens.at(i + 3).text).first;
      if (key == "project_app_dirs") {
        for (std::size_t at = i + 4; tokens.string(at) || tokens.mark(at, ','); ++at) {
          if (tokens.string(at)) add(out.application_folders, without_pattern(tokens.at(at).text));
        }
      }
    }
    depth += tokens.nesting(i);
  }
}

void read_rebar_lock(std::string_view text, Manifest& out) {
  const Tokens tokens(text, '%');
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens.mark(i, '{') && tokens.mark(i + 1, '<') && tokens.mark(i + 2, '<') && tokens.string(i + 3)) {
      add(out.fetched, tokens.at(i + 3).text);
    }
  }
}

void read_application_file(std::string_view text, Manifest& out) {
  out.kind = std::max(out.kind, BuildKind::kOtp);
  const Tokens tokens(text, '%');
  bool has_environment = false;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    // Its word on the name is the final one; OTP's own files hold %VSN% and the like, never in the name.
    if (tokens.mark(i, '{') && tokens.word(i + 1, "application") && tokens.mark(i + 2, ',') && tokens.word(i + 3)) {
      out.name = tokens.at(i + 3).text;
    } else if (tokens.mark(i, '{') && tokens.word(i + 1, "mod") && tokens.mark(i + 2, ',')) {
      if (const std::string module = callback_module(tokens, i + 3); !module.empty()) out.callback = module;
    } else if (tokens.mark(i, '{') && tokens.word(i + 1, "env") && tokens.mark(i + 2, ',') && !has_environment) {
      has_environment = true;
      read_environment(tokens, i + 3, out);
    }
  }
}

namespace {

// erlang.mk's `define PROJECT_ENV`, which becomes the env of the application's own file.
void read_project_environment(std::string_view text, Manifest& out) {
  constexpr std::string_view kBegin = "define PROJECT_ENV";
  std::size_t begin = text.find(kBegin);
  while (begin != std::string_view::npos && begin != 0 && text[begin - 1] != '\n') begin = text.find(kBegin, begin + 1);
  if (begin == std::string_view::npos) return;
  begin += kBegin.size();
  const std::size_t end = text.find("\nendef", begin);
  if (end == std::string_view::npos) return;
  const Tokens tokens(text.substr(begin, end - begin), '%');
  std::size_t list = 0;
  while (list < tokens.size() && !tokens.mark(list, '[')) ++list;
  read_environment(tokens, list, out);
}

}  // namespace

void read_makefile(std::string_view text, Manifest& out) {
  read_project_environment(text, out);
  std::string joined;  // a line whose end is escaped goes on in the next
  int conditions = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.ends_with('\\')) {
      joined.append(line.substr(0, line.size() - 1)).push_back(' ');
      continue;
    }
    joined += line;
    std::string_view whole = joined;
    whole = whole.substr(0, whole.find('#'));
    const std::string_view start = trim(whole);
    if ((start.starts_with("include ") || start.starts_with("-include ")) && start.find("erlang.mk") != std::string_view::npos) {
      out.kind = std::max(out.kind, BuildKind::kErlangMk);
      out.part_of_tree = out.part_of_tree || start.find(" ../") != std::string_view::npos;
    }
    if (const auto [name, value] = assignment(whole); !name.empty()) read_make_assignment(name, value, conditions > 0, out);
    if (start.starts_with("ifeq") || start.starts_with("ifneq") || start.starts_with("ifdef") || start.starts_with("ifndef"))
      ++conditions;
    if (start == "endif" || start.starts_with("endif ")) --conditions;
    joined.clear();
  }
}

bool is_node_configuration(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);
  if (name == "sys.config" || name == "sys.config.src") return true;
  // rebar.config and others have shapes of their own; what only tests run with is none of a node's.
  const bool in_folder = path.starts_with("config/") || path.find("/config/") != std::string_view::npos;
  return in_folder && name.ends_with(".config") && name != "rebar.config" && name != "hex_metadata.config" &&
         name.find("test") == std::string_view::npos;
}

void read_node_configuration(std::string_view text, Manifest& out) {
  const Tokens tokens(text, '%');
  std::size_t i = 0;
  if (!tokens.mark(i, '[')) return;
  for (++i; i < tokens.size() && !tokens.mark(i, ']'); i = after_term(tokens, i)) {
    if (is_pair(tokens, i)) read_environment(tokens, i + 3, out, tokens.at(i + 1).text);
  }
}

void read_manifest(std::string_view name, std::string_view text, Manifest& out) {
  if (name == "mix.exs") {
    read_mix_exs(text, out);
  } else if (name == "mix.lock") {
    read_mix_lock(text, out);
  } else if (name == "rebar.config") {
    read_rebar_config(text, out);
  } else if (name == "rebar.lock") {
    read_rebar_lock(text, out);
  } else if (name.ends_with(".app.src") || name.ends_with(".app")) {
    read_application_file(text, out);
  } else if (name == "Makefile" || (name.ends_with(".mk") && name != "erlang.mk")) {
    read_makefile(text, out);
  }
  for (auto* names : {&out.fetched, &out.own, &out.listed, &out.application_folders, &out.include_folders})
    remove_repetitions(*names);
}

}  // namespace beamwright::source
