// Any bytes as an Erlang file: lexer, preprocessor, parser, dump, lowering. The file may include itself, a few times.
#include <string>

#include "erlang/dump.h"
#include "erlang/tree.h"
#include "lower/lower.h"
#include "review_bytes.h"

namespace {

using namespace beamwright;

class Itself : public erlang::Includes {
 public:
  Itself(source::FileId file, std::string_view text) : header_{file, text} {}
  Header include(std::string_view path, source::FileId) override {
    return path == "self.hrl" && times_++ < kMostTimes ? header_ : Header{};
  }
  Header include_lib(std::string_view path, source::FileId from) override { return include(path, from); }

 private:
  static constexpr int kMostTimes = 12;  // more would only make each input slow
  Header header_;
  int times_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  source::FileTable files;
  source::SourceFile file;
  file.path = "fuzz.erl";
  file.language = source::Language::kErlang;
  const auto id = files.add_text(file, std::string(reinterpret_cast<const char*>(data), size));
  const auto text = files.file(id).text;
  Itself includes(id, text);
  erlang::Options options;
  options.includes = &includes;
  options.keep_header_forms = size % 2 == 0;
  const erlang::Tree tree = erlang::parse(id, text, options);
  if (size < 4096) {
    erlang::dump_tree(tree, files);
    erlang::dump_tokens(id, text);
  }
  fuzz::link_and_dump(files, lower::lower_erlang(files.file(id), tree));
  return 0;
}
