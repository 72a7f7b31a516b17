// Any bytes as an Elixir file: lexer, parser, dump, lowering.
#include <string>

#include "elixir/dump.h"
#include "elixir/tree.h"
#include "lower/lower.h"
#include "review_bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace beamwright;
  source::FileTable files;
  source::SourceFile file;
  file.path = "fuzz.ex";
  file.language = source::Language::kElixir;
  const auto id = files.add_text(file, std::string(reinterpret_cast<const char*>(data), size));
  const auto text = files.file(id).text;
  elixir::Options options;
  options.token_metadata = size % 2 == 0;
  const elixir::Tree tree = elixir::parse(id, text, options);
  if (tree.root == nullptr) std::abort();
  if (size < 4096) {
    elixir::dump_tree(tree, text);
    elixir::dump_tokens(id, text);
  }
  fuzz::link_and_dump(files, lower::lower_elixir(files.file(id), tree));
  return 0;
}
