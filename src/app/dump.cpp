// Each stage takes its own short way from one file to text.
#include "app/dump.h"

#include <charconv>
#include <deque>
#include <vector>

#include "analysis/facts.h"
#include "analysis/instances.h"
#include "app/dump_calls.h"
#include "app/dump_facts.h"
#include "app/dump_forest.h"
#include "base/parallel.h"
#include "elixir/dump.h"
#include "elixir/tree.h"
#include "erlang/dump.h"
#include "erlang/header_cache.h"
#include "erlang/tree.h"
#include "knowledge/knowledge.h"
#include "lower/lower.h"
#include "model/program.h"
#include "review/headers.h"
#include "review/read.h"
#include "source/discovery.h"
#include "source/walk.h"

namespace beamwright::app {
namespace {

// "Shop.Cart.handle_call/3  http (without limit) log"
model::Program linked(std::vector<std::unique_ptr<model::Unit>> units, const source::FileTable& files) {
  return analysis::with_instances(model::link(std::move(units), files), knowledge::Knowledge::embedded(), default_jobs());
}

std::string dump_effects(const model::Program& program) {
  const analysis::Facts facts = analysis::analyse(program, knowledge::Knowledge::embedded(), 1);
  std::string out;
  for (std::size_t i = 0; i < program.functions.size(); ++i) {
    const model::FunctionId id(i);
    out += model::display_function(program, id) + (facts.effects.all[i].empty() ? "" : " ");
    for (std::size_t e = 0; e < knowledge::kEffectCount; ++e) {
      const auto effect = static_cast<knowledge::Effect>(e);
      if (!facts.effects.all[i].has(effect)) continue;
      out += " ";
      out += to_string(effect);
      const analysis::Witness* witness = facts.effects.witness(id, effect);
      if (witness && witness->bound_ms != knowledge::Bound::kUnknown)
        out += " (" + analysis::display_bound(witness->bound_ms) + ")";
      if (witness && witness->possible) out += "?";
    }
    out += "\n";
  }
  return out;
}

std::string complaints(const source::Diagnostics& diagnostics, const source::FileTable& files) {
  std::string out;
  for (const source::Diagnostic& diagnostic : diagnostics) {
    const source::Position at = files.position(diagnostic.span.file, diagnostic.span.begin);
    out += files.file(diagnostic.span.file).path + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
           diagnostic.message + "\n";
  }
  return out;
}

// Headers beside the file are named as the file was, as the compiler would name them; all others by their whole path.
class NamedHeaders final : public erlang::Includes {
 public:
  NamedHeaders(const source::Discovery& discovery, const source::SourceFile& file)
      : headers_(discovery, review::installed_otp()), files_(*discovery.files), file_(file) {}

  Header include(std::string_view path, source::FileId from) override { return headers_.include(path, from); }
  Header include_lib(std::string_view path, source::FileId from) override { return headers_.include_lib(path, from); }
  std::string_view name(source::FileId id) override {
    const source::SourceFile& header = files_.file(id);
    if (id == file_.id) return header.path;
    const std::string beside = std::string(source::folder_of(file_.absolute_path)) + "/";
    if (!header.absolute_path.starts_with(beside)) return header.absolute_path;
    const std::string_view given = source::folder_of(file_.path);
    return names_.emplace_back(source::join(given, header.absolute_path.substr(beside.size())));
  }

 private:
  review::Headers headers_;
  const source::FileTable& files_;
  const source::SourceFile& file_;
  std::deque<std::string> names_;
};

class Dumper {
 public:
  Dumper(Stage stage, const source::Discovery& discovery, const Levels& levels)
      : stage_(stage),
        levels_(levels),
        files_(*discovery.files),
        file_(files_.file(discovery.sources[0])),
        includes_(discovery, file_) {}

  Dumped run() {
    if (file_.language == source::Language::kElixir) {
      elixir();
    } else {
      erlang();
    }
    return std::move(out_);
  }

 private:
  void elixir() {
    elixir::Options options;
    options.level = levels_.elixir;
    if (stage_ == Stage::kTokens) {
      out_.text = elixir::dump_tokens(file_.id, file_.text, options);
      return;
    }
    const elixir::Tree tree = elixir::parse(file_.id, file_.text, options);
    out_.complaints = complaints(tree.diagnostics, files_);
    if (stage_ == Stage::kAst) {
      out_.text = elixir::dump_tree(tree, file_.text);
    } else {
      model(lower::lower_elixir(file_, tree));
    }
  }

  void erlang() {
    erlang::Options options;
    options.level = levels_.erlang;
    if (stage_ == Stage::kTokens) {
      out_.text = erlang::dump_tokens(file_.id, file_.text, options);
      return;
    }
    erlang::HeaderCache headers;
    options.includes = &includes_;
    options.headers = &headers;
    options.keep_header_forms = stage_ == Stage::kAst;
    const erlang::Tree tree = erlang::parse(file_.id, file_.text, options);
    out_.complaints = complaints(tree.diagnostics, files_);
    if (stage_ == Stage::kAst) {
      out_.text = erlang::dump_tree(tree, files_);
    } else {
      model(lower::lower_erlang(file_, tree));
    }
  }

  void model(std::unique_ptr<model::Unit> unit) {
    if (stage_ == Stage::kModel) {
      out_.text = model::dump_unit(*unit, files_);
      return;
    }
    std::vector<std::unique_ptr<model::Unit>> units;
    units.push_back(std::move(unit));
    out_.text = dump_effects(linked(std::move(units), files_));
  }

  const Stage stage_;
  const Levels levels_;
  const source::FileTable& files_;
  const source::SourceFile& file_;
  NamedHeaders includes_;
  Dumped out_;
};

Dumped whole_program(Stage stage, const source::Discovery& discovery, bool json, const std::vector<std::string>& modules) {
  review::Progress progress(false);
  review::Reading reading = review::read_sources(discovery, default_jobs(), progress);
  Dumped out;
  out.complaints = complaints(reading.diagnostics, *discovery.files);
  const model::Program program = linked(std::move(reading.units), *discovery.files);
  if (stage == Stage::kFacts) {
    out.text = dump_facts(program, analysis::analyse(program, knowledge::Knowledge::embedded(), default_jobs()), modules);
    return out;
  }
  out.text =
      stage == Stage::kForest ? dump_forest(program, discovery, default_jobs(), json) : dump_calls(program, default_jobs());
  return out;
}

}  // namespace

std::optional<Stage> stage_named(std::string_view name) {
  if (name == "tokens") return Stage::kTokens;
  if (name == "ast") return Stage::kAst;
  if (name == "model") return Stage::kModel;
  if (name == "effects") return Stage::kEffects;
  if (name == "calls") return Stage::kCalls;
  if (name == "forest") return Stage::kForest;
  if (name == "facts") return Stage::kFacts;
  return std::nullopt;
}

std::optional<Levels> levels_named(std::string_view text) {
  const auto number = [](std::string_view digits, int& out) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
    return error == std::errc() && end == digits.data() + digits.size() && out >= 0;
  };
  Levels levels;
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return number(text, levels.erlang.otp) ? std::optional(levels) : std::nullopt;
  const bool good = number(text.substr(0, dot), levels.elixir.major) && number(text.substr(dot + 1), levels.elixir.minor);
  return good ? std::optional(levels) : std::nullopt;
}

Result<Dumped> dump(Stage stage, const std::string& path, const Levels& levels, bool json,
                    const std::vector<std::string>& modules) {
  Result<source::Discovery> discovery = source::discover(path, {});
  if (!discovery) return Error{discovery.error()};
  if (stage == Stage::kCalls || stage == Stage::kForest || stage == Stage::kFacts)
    return whole_program(stage, *discovery, json, modules);
  if (discovery->sources.size() != 1) return Error{"dump takes one file, and " + path + " is a folder"};
  const Result<std::string_view> text = discovery->files->load(discovery->sources[0]);
  if (!text) return Error{path + " " + text.error()};
  // ?FILE and the file attribute name the file as the user did, as the compiler would.
  discovery->files->file(discovery->sources[0]).path = path;
  return Dumper(stage, *discovery, levels).run();
}

}  // namespace beamwright::app
