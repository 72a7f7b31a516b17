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
#include "source/walk.h"

namespace beamwright::review {
namespace {

using source::DiagnosticKind;
using source::FileId;
using source::Role;
using source::SourceFile;

// Lines as people count them: a last line without an end counts too.
std::uint64_t count_lines(std::string_view text) {
  return source::count_line_ends(text) + (text.empty() || text.back() == '\n' ? 0 : 1);
}

// Passes questions for headers on, and keeps the last names of those that were asked for.
class RecordedIncludes final : public erlang::Includes {
 public:
  RecordedIncludes(Headers& headers, std::vector<std::string>& names) : headers_(headers), names_(names) {}
  Header include(std::string_view path, FileId from) override {
    record(path);
    return headers_.include(path, from);
  }
  Header include_lib(std::string_view path, FileId from) override {
    record(path);
    return headers_.include_lib(path, from);
  }
  std::string_view name(FileId file) override { return headers_.name(file); }

 private:
  void record(std::string_view path) {
    std::string name(source::name_of(path));
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(std::move(name));
  }

  Headers& headers_;
  std::vector<std::string>& names_;
};

template <typename Comments>
void read_suppressions(const source::Discovery& discovery, const SourceFile& file, const Comments& comments, OneFile& out) {
  if (file.role != Role::kReviewed) return;
  for (const auto& comment : comments) {
    const source::Span span{file.id, comment.begin, comment.end};
    if (auto read = findings::read_suppression(*discovery.files, span, out.diagnostics)) {
      out.suppressions.push_back(std::move(*read));
    }
  }
}

std::unique_ptr<model::Unit> read_elixir(const source::Discovery& discovery, const SourceFile& file, OneFile& out) {
  elixir::Options options;
  options.token_metadata = false;
  elixir::Tree tree = elixir::parse(file.id, file.text, options);
  out.diagnostics = std::move(tree.diagnostics);
  read_suppressions(discovery, file, tree.comments, out);
  return lower::lower_elixir(file, tree);
}

std::unique_ptr<model::Unit> read_erlang(const source::Discovery& discovery, const SourceFile& file, Headers& headers,
                                         erlang::HeaderCache& cache, OneFile& out) {
  RecordedIncludes includes(headers, out.includes);
  erlang::Options options;
  options.includes = &includes;
  options.headers = &cache;
  options.keep_header_forms = false;
  options.build_may_define = true;
  if (const source::Application* application = discovery.application_of(file.path)) {
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
  read_suppressions(discovery, file, tree.comments, out);
  return lower::lower_erlang(file, tree);
}

}  // namespace

struct FileReader::Parts {
  explicit Parts(const source::Discovery& discovery) : headers(discovery, installed_otp()) {}
  Headers headers;
  erlang::HeaderCache cache;
};

FileReader::FileReader(const source::Discovery& discovery) : discovery_(discovery), parts_(std::make_unique<Parts>(discovery)) {}

FileReader::~FileReader() = default;

void FileReader::put_header(const std::string& absolute_path, std::string text) {
  parts_->headers.put(absolute_path, std::move(text));
}

OneFile FileReader::read(FileId id) {
  OneFile out;
  const Result<std::string_view> text = discovery_.files->load(id);
  if (!text) {
    out.diagnostics.push_back({DiagnosticKind::kIo, {id, 0, 0}, text.error()});
    return out;
  }
  const SourceFile& file = discovery_.files->file(id);
  out.lines = count_lines(file.text);
  try {
    out.unit = file.language == source::Language::kElixir ? read_elixir(discovery_, file, out)
                                                          : read_erlang(discovery_, file, parts_->headers, parts_->cache, out);
  } catch (const std::exception& exception) {
    out.diagnostics.push_back({DiagnosticKind::kInternal, {id, 0, 0}, exception.what()});
  } catch (...) {
    out.diagnostics.push_back({DiagnosticKind::kInternal, {id, 0, 0}, "an unknown exception"});
  }
  return out;
}

void add_file(const source::Discovery& discovery, FileId id, OneFile file, Reading& reading) {
  const SourceFile& row = discovery.files->file(id);
  reading.units.push_back(std::move(file.unit));
  if (row.role == Role::kReviewed) {
    reading.reviewed_lines += file.lines;
    reading.reviewed_bytes += row.text.size();
  }
  std::move(file.suppressions.begin(), file.suppressions.end(), std::back_inserter(reading.suppressions));
  for (source::Diagnostic& diagnostic : file.diagnostics) {
    // Whether somebody else's code is written well is not this review's question; whether it could be read is.
    const bool foreign = diagnostic.span.file && discovery.files->file(diagnostic.span.file).role == Role::kDependency;
    if (!foreign || diagnostic.kind != DiagnosticKind::kSyntax) reading.diagnostics.push_back(std::move(diagnostic));
  }
}

Reading read_sources(const source::Discovery& discovery, unsigned jobs, Progress& progress, const std::stop_token& stop) {
  FileReader reader(discovery);
  std::vector<OneFile> files(discovery.sources.size());
  progress.stage("Reading", files.size());
  parallel_for(files.size(), jobs, [&](std::size_t i) {
    if (stop.stop_requested()) return;
    files[i] = reader.read(discovery.sources[i]);
    progress.step();
  });
  Reading reading;
  for (std::size_t i = 0; i < files.size(); ++i) add_file(discovery, discovery.sources[i], std::move(files[i]), reading);
  return reading;
}

}  // namespace beamwright::review
