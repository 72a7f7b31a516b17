// Parses Elixir texts for elixir_compare.exs, all in one run. Standard input and output carry messages of a four-byte big-endian
// length and that many bytes, as Erlang's {packet, 4} ports do. A request is "<minor level> <text>", or "<minor level>L <text>"
// for the tree with the places of literals; the answer is two messages: the tree as an external term, and the lines of the
// diagnostics as text, "12 40".
#include <cstdint>
#include <cstdio>
#include <string>

#include "elixir/quoted_writer.h"
#include "elixir/tree.h"
#include "source/line_index.h"

namespace {

using namespace beamwright;

bool read_message(std::string& message) {
  unsigned char length[4];
  if (std::fread(length, 1, 4, stdin) != 4) return false;
  message.resize(static_cast<std::size_t>(length[0]) << 24 | static_cast<std::size_t>(length[1]) << 16 |
                 static_cast<std::size_t>(length[2]) << 8 | length[3]);
  return std::fread(message.data(), 1, message.size(), stdin) == message.size();
}

void write_message(const std::string& message) {
  const auto size = static_cast<std::uint32_t>(message.size());
  const unsigned char length[4] = {static_cast<unsigned char>(size >> 24), static_cast<unsigned char>(size >> 16),
                                   static_cast<unsigned char>(size >> 8), static_cast<unsigned char>(size)};
  std::fwrite(length, 1, 4, stdout);
  std::fwrite(message.data(), 1, message.size(), stdout);
}

}  // namespace

int main() {
  std::string request;
  while (read_message(request)) {
    const std::size_t space = request.find(' ');
    elixir::Options options;
    options.level.minor = std::stoi(request.substr(0, space));
    options.literal_metadata = space > 0 && request[space - 1] == 'L';
    const std::string text = request.substr(space + 1);
    const elixir::Tree tree = elixir::parse(source::FileId(0), text, options);
    const source::LineIndex lines(text);
    std::string places;
    for (const source::Diagnostic& one : tree.diagnostics) places += std::to_string(lines.position(one.span.begin).line) + " ";
    write_message(elixir::external_term(tree, text));
    write_message(places);
    std::fflush(stdout);
  }
}
