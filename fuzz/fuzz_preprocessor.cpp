// Erlang's preprocessor on a module and its headers, cut from one input: 1.hrl, 2.hrl … include each other as they like. What is
// read must not depend on whether headers are lexed once and shared or anew at each include, nor on how often they were read; but
// a form of a header that is broken is looked at a second time only where the header is lexed anew.
#include <charconv>
#include <cstdlib>
#include <string>

#include "erlang/dump.h"
#include "erlang/header_cache.h"
#include "erlang/tree.h"
#include "several_files.h"
#include "source/files.h"

namespace {

using namespace beamwright;

constexpr std::size_t kMostFiles = 6;

class Cut : public erlang::Includes {
 public:
  Cut(const source::FileTable& files, std::size_t count) : files_(files), count_(count) {}

  Header include(std::string_view path, source::FileId) override {
    std::size_t number = 0;
    const char* end = path.data() + path.size();
    const auto [rest, error] = std::from_chars(path.data(), end, number);
    if (error != std::errc() || std::string_view(rest, static_cast<std::size_t>(end - rest)) != ".hrl") return {};
    if (number == 0 || number >= count_ || times_++ >= kMostTimes) return {};
    const source::FileId id(number);
    return {id, files_.file(id).text};
  }
  Header include_lib(std::string_view path, source::FileId from) override {
    return include(path.substr(std::min(path.rfind('/') + 1, path.size())), from);
  }
  std::string_view name(source::FileId file) override { return files_.file(file).path; }
  void start_again() { times_ = 0; }

 private:
  static constexpr int kMostTimes = 40;  // more would only make each input slow
  const source::FileTable& files_;
  std::size_t count_;
  int times_ = 0;
};

struct Read {
  std::string dump;
  bool broken_header = false;
};

Read read(const source::FileTable& files, Cut& includes, erlang::Options& options) {
  includes.start_again();
  options.includes = &includes;
  const erlang::Tree tree = erlang::parse(source::FileId(0), files.file(source::FileId(0)).text, options);
  Read out{erlang::dump_tree(tree, files)};
  std::string& dump = out.dump;
  for (const erlang::Form& form : tree.forms) {
    out.broken_header = out.broken_header || (form.file.index != 0 && form.node->kind == erlang::NodeKind::kErrorForm);
  }
  for (const source::Diagnostic& diagnostic : tree.diagnostics) {
    dump += std::to_string(diagnostic.span.file.index) + ':' + std::to_string(diagnostic.span.begin) + '-' +
            std::to_string(diagnostic.span.end) + ' ' + diagnostic.message + '\n';
    out.broken_header = out.broken_header || diagnostic.span.file.index != 0;
  }
  for (const std::string_view missing : tree.missing_includes) dump.append(missing) += '\n';
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto parts = fuzz::cut_at_form_feeds(fuzz::as_text(data, size), kMostFiles);
  source::FileTable files;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    source::SourceFile file;
    file.path = std::to_string(i) + (i == 0 ? ".erl" : ".hrl");
    file.language = source::Language::kErlang;
    files.add_text(file, std::string(parts[i]));
  }
  Cut includes(files, parts.size());
  erlang::Options options;
  options.keep_header_forms = size % 2 == 0;
  options.build_may_define = size % 3 == 0;
  options.level.otp = size % 5 == 0 ? 25 : 28;
  options.defines.push_back({"OPTION", "42"});
  const Read anew = read(files, includes, options);
  erlang::HeaderCache headers;
  options.headers = &headers;
  for (int round = 0; round < 2; ++round)
    if (const Read shared = read(files, includes, options); shared.dump != anew.dump && !anew.broken_header) std::abort();
  return 0;
}
