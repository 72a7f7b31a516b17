// Each file is a job of its own: its tree lives only until it is lowered, so the trees in memory are as many as the threads.
#include "review/read.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <iterator>

#include "base/parallel.h"
#include "elixir/tree.h"
#include "erlang/header_cache.h"
#include "erlang/tree.h"
#include "lower/lower.h"
#include "review/headers.h"

namespace beamwright::review {
namespace {

using source::DiagnosticKind;
using source::FileId;
using source::Role;
using source::SourceFile;

struct OneFile {
  std::unique_ptr<model::Unit> unit;
  source::Diagnostics diagnostics;
  std::vector<findings::Suppression> suppressions;
  std::uint64_t lines = 0;
};

// Lines as people count them: a last line without an end counts too.
std::uint64_t count_lines(std::string_view text) {
  return source::count_line_ends(text) + (text.empty() || text.back() == '\n' ? 0 : 1);
}

class Reader {
 public:
  explicit Reader(const source::Discovery& discovery) : discovery_(discovery), includes_(discovery, installed_otp()) {}

  OneFile read(FileId id) {
    OneFile out;
    const Result<std::string_view> text = discovery_.files->load(id);
    if (!text) {
      out.diagnostics.push_back({DiagnosticKind::kIo, {id, 0, 0}, text.error()});
      return out;
    }
    const SourceFile& file = discovery_.files->file(id);
    out.lines = count_lines(file.text);
    try {
      out.unit = file.language == source::Language::kElixir ? read_elixir(file, out) : read_erlang(file, out);
    } catch (const std::exception& exception) {
      out.diagnostics.push_back({DiagnosticKind::kInternal, {id, 0, 0}, exception.what()});
    } catch (...) {
      out.diagnostics.push_back({DiagnosticKind::kInternal, {id, 0, 0}, "an unknown exception"});
    }
    return out;
  }

 private:
  std::unique_ptr<model::Unit> read_elixir(const SourceFile& file, OneFile& out) {
    elixir::Options options;
    options.token_metadata = false;
    elixir::Tree tree = elixir::parse(file.id, file.text, options);
    out.diagnostics = std::move(tree.diagnostics);
    read_suppressions(file, tree.comments, out);
    return lower::lower_elixir(file, tree);
  }

  std::unique_ptr<model::Unit> read_erlang(const SourceFile& file, OneFile& out) {
    erlang::Options options;
    options.includes = &includes_;
    options.headers = &header_cache_;
    options.keep_header_forms = false;
    options.build_may_define = true;
    if (const source::Application* application = discovery_.application_of(file.path)) {
      for (const source::Define& define : application->defines) options.defines.push_back({define.name, define.value});
    }
    erlang::Tree tree = erlang::parse(file.id, file.text, options);
    if (!tree.diagnostics.empty()) {
      // Before OTP 27 `maybe` and `else` were no reserved words: what was written then is not at fault.
      options.level.otp = 26;
      erlang::Tree older = erlang::parse(file.id, file.text, options);
      if (older.diagnostics.size() < tree.diagnostics.size()) tree = std::move(older);
    }
    out.diagnostics = std::move(tree.diagnostics);
    read_suppressions(file, tree.comments, out);
    return lower::lower_erlang(file, tree);
  }

  template <typename Comments>
  void read_suppressions(const SourceFile& file, const Comments& comments, OneFile& out) {
    if (file.role != Role::kReviewed) return;
    for (const auto& comment : comments) {
      const source::Span span{file.id, comment.begin, comment.end};
      if (auto read = findings::read_suppression(*discovery_.files, span, out.diagnostics)) {
        out.suppressions.push_back(std::move(*read));
      }
    }
  }

  const source::Discovery& discovery_;
  Headers includes_;
  erlang::HeaderCache header_cache_;
};

}  // namespace

Reading read_sources(const source::Discovery& discovery, unsigned jobs, Progress& progress) {
  Reader reader(discovery);
  std::vector<OneFile> files(discovery.sources.size());
  progress.stage("Reading", files.size());
  parallel_for(files.size(), jobs, [&](std::size_t i) {
    files[i] = reader.read(discovery.sources[i]);
    progress.step();
  });
  Reading reading;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const SourceFile& file = discovery.files->file(discovery.sources[i]);
    reading.units.push_back(std::move(files[i].unit));
    if (file.role == Role::kReviewed) {
      reading.reviewed_lines += files[i].lines;
      reading.reviewed_bytes += file.text.size();
    }
    std::move(files[i].suppressions.begin(), files[i].suppressions.end(), std::back_inserter(reading.suppressions));
    for (source::Diagnostic& diagnostic : files[i].diagnostics) {
      // Whether somebody else's code is written well is not this review's question; whether it could be read is.
      const bool foreign = diagnostic.span.file && discovery.files->file(diagnostic.span.file).role == Role::kDependency;
      if (!foreign || diagnostic.kind != DiagnosticKind::kSyntax) reading.diagnostics.push_back(std::move(diagnostic));
    }
  }
  return reading;
}

}  // namespace beamwright::review
