// Walks a tree in the shape the compiler's quoted form has and hands it to a sink term by term. Both the readable dump and the
// external term format are sinks, so they cannot disagree about metadata.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "elixir/tree.h"
#include "source/line_index.h"

namespace beamwright::elixir {

// Terms in writing order; a container announces its size first and its elements follow.
class TermSink {
 public:
  virtual ~TermSink() = default;
  virtual void integer(std::int64_t value) = 0;
  virtual void wide_integer(std::string_view digits) = 0;
  virtual void floating(double value) = 0;
  virtual void atom(std::string_view name) = 0;
  virtual void binary(std::string_view bytes) = 0;
  virtual void open_tuple(std::size_t size) = 0;
  virtual void close_tuple() = 0;
  virtual void open_list(std::size_t size) = 0;
  virtual void close_list() = 0;
};

// Writes the quoted form of the tree. The text is the one the tree was parsed from.
void write_quoted(const Tree& tree, std::string_view text, TermSink& sink);

// The tree in Erlang's external term format, version byte included: what :erlang.binary_to_term/1 reads.
std::string external_term(const Tree& tree, std::string_view text);

}  // namespace beamwright::elixir
