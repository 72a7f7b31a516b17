#include "serve/judge.h"

#include <array>

#include "review/process.h"

namespace beamwright::serve {
namespace {

// The lines of a text, without indentation and without comments.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {}
  bool next(std::string_view& line) {
    if (text_.empty()) return false;
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    line = text_.substr(0, end);
    text_.remove_prefix(std::min(end + 1, text_.size()));
    while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r')) line.remove_suffix(1);
    return true;
  }

 private:
  std::string_view text_;
};

bool any_line_starts_with(std::string_view text, std::string_view start) {
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.starts_with(start)) return true;
  }
  return false;
}

bool has_callbacks(std::string_view text) {
  constexpr std::array<std::string_view, 4> kCallbacks{"handle_call(", "handle_cast(", "handle_info(", "handle_continue("};
  for (const std::string_view name : kCallbacks) {
    if (text.find(name) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Fingerprints fingerprints_of(const report::Review& review) {
  Fingerprints all;
  for (const findings::Finding& finding : review.findings) all.insert(finding.fingerprint);
  return all;
}

SnippetLanguage language_of(std::string_view text) {
  constexpr std::array<std::string_view, 7> kElixir{"defmodule ", "def ", "defp ", "use ", "@impl", "alias ", "import "};
  for (const std::string_view start : kElixir) {
    if (any_line_starts_with(text, start)) return SnippetLanguage::kElixir;
  }
  constexpr std::array<std::string_view, 6> kErlang{"-module(", "-behaviour(", "-behavior(", "-export(", "-spec ", "-record("};
  for (const std::string_view start : kErlang) {
    if (any_line_starts_with(text, start)) return SnippetLanguage::kErlang;
  }
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.ends_with("->") && !line.starts_with("fn ") && line.find(" fn ") == std::string_view::npos &&
        line.find('(') != std::string_view::npos)
      return SnippetLanguage::kErlang;
  }
  return SnippetLanguage::kElixir;
}

Snippet make_module(std::string_view text, SnippetLanguage language) {
  Snippet snippet{std::string(text), false};
  const bool callbacks = has_callbacks(text);
  if (language == SnippetLanguage::kErlang) {
    if (any_line_starts_with(text, "-module(")) return snippet;
    std::string head = "-module(snippet). -compile(export_all). ";
    if (callbacks) head += "-behaviour(gen_server). ";
    if (callbacks && text.find("start_link(") == std::string_view::npos) {
      head += "start_link() -> gen_server:start_link({local, ?MODULE}, ?MODULE, [], []). ";
    }
    return {head + snippet.text + "\n", true};
  }
  if (any_line_starts_with(text, "defmodule ")) return snippet;
  std::string head = "defmodule Snippet do ";
  if (callbacks) {
    if (!any_line_starts_with(text, "use GenServer")) head += "use GenServer; ";
    if (text.find("def start_link") == std::string_view::npos) {
      head += "def start_link(argument), do: GenServer.start_link(__MODULE__, argument, name: __MODULE__); ";
    }
  }
  return {head + snippet.text + "\nend\n", true};
}

Result<review::Checked> review_snippet(const Snippet& snippet, SnippetLanguage language, unsigned jobs,
                                       const std::stop_token& stop) {
  const Result<review::TemporaryFolder> folder = review::TemporaryFolder::make();
  if (!folder) return Error{folder.error()};
  review::CheckOptions options;
  options.path = folder->path();
  options.jobs = jobs;
  options.stop = stop;
  options.configuration = review::Configuration{};
  options.stdin_filename = folder->path() + (language == SnippetLanguage::kElixir ? "/snippet.ex" : "/snippet.erl");
  options.stdin_text = snippet.text;
  Result<review::Checked> checked = review::check(options);
  if (checked) checked->review.root.clear();  // the folder is gone, and its name says nothing
  return checked;
}

Fingerprints findings_with(review::CheckOptions options, const std::string& file, std::string text) {
  options.stdin_filename = file;
  options.stdin_text = std::move(text);
  const Result<review::Checked> checked = review::check(options);
  return checked ? fingerprints_of(checked->review) : Fingerprints();
}

}  // namespace beamwright::serve
