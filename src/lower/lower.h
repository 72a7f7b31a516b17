// From the trees of the two languages to the one model. Each file is lowered by itself; what needs other modules (imports,
// functions a `use` brings in) is left to analysis.
#pragma once

#include <memory>

#include "elixir/tree.h"
#include "erlang/tree.h"
#include "model/program.h"

namespace beamwright::lower {

std::unique_ptr<model::Unit> lower_elixir(const source::SourceFile& file, const elixir::Tree& tree);
std::unique_ptr<model::Unit> lower_erlang(const source::SourceFile& file, const erlang::Tree& tree);

}  // namespace beamwright::lower
