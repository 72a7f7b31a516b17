// Any bytes as the Erlang modules of a project, reviewed with all rules.
#include "erlang/tree.h"
#include "lower/lower.h"
#include "review_files.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace beamwright;
  fuzz::review(fuzz::as_text(data, size), source::Language::kErlang, [](const source::SourceFile& file) {
    erlang::Options options;
    options.keep_header_forms = false;
    options.build_may_define = true;
    return lower::lower_erlang(file, erlang::parse(file.id, file.text, options));
  });
  return 0;
}
