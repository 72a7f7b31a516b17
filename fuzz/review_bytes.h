// What both targets do with their bytes once they are a unit: everything up to the dump, as a review would.
#pragma once

#include <cstdlib>
#include <utility>
#include <vector>

#include "model/program.h"

namespace beamwright::fuzz {

inline void link_and_dump(const source::FileTable& files, std::unique_ptr<model::Unit> unit) {
  if (unit == nullptr) std::abort();  // lowering always gives a unit
  std::vector<std::unique_ptr<model::Unit>> units;
  units.push_back(std::move(unit));
  const model::Program program = model::link(std::move(units), files);
  if (model::dump_unit(*program.units[0], files).empty() && !program.functions.empty()) std::abort();
}

}  // namespace beamwright::fuzz
