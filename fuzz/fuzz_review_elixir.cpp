// Any bytes as the Elixir files of a project, reviewed with all rules.
#include "elixir/tree.h"
#include "lower/lower.h"
#include "review_files.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace beamwright;
  fuzz::review(fuzz::as_text(data, size), source::Language::kElixir, [](const source::SourceFile& file) {
    elixir::Options options;
    options.token_metadata = false;
    return lower::lower_elixir(file, elixir::parse(file.id, file.text, options));
  });
  return 0;
}
