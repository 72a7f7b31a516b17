// The Elixir inside templates: EEx in ~E and ~L, EEx and HEEx markup in ~H. A template is written anew as Elixir statements,
// which are parsed like any other code; every node has the place in the file that it was written at. `<%= x %>`, `{x}` and
// `name={x}` become x, a component `<.button kind={x}>` becomes button(%{kind: x}), `:if` and `:for` stand around their element,
// and @name is assigns.name as in the templates themselves.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "elixir/tree.h"

namespace beamwright::elixir {

enum class TemplateKind : std::uint8_t { kNone, kEex, kHeex };

// By a sigil's name: sigil_H is HEEx, sigil_E and sigil_L are EEx.
TemplateKind template_kind(std::string_view sigil);

struct Template {
  std::unique_ptr<std::string> code;  // what the tree's texts point into
  Tree tree;                          // its offsets are those of the file; null code: the template holds no Elixir
};

// Reads the bytes from `begin` to `end` of a file's text. What cannot be read in a template is left out without a diagnostic: the
// compiler's parser does not look into it either.
Template parse_template(source::FileId file, std::string_view text, std::uint32_t begin, std::uint32_t end, TemplateKind kind,
                        const Options& options = {});

}  // namespace beamwright::elixir
