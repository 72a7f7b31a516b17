// What a person means by a name on the command line: a function, a module, a process, an effect or a table.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/facts.h"
#include "base/result.h"

namespace beamwright::design {

struct Named {
  std::string shown;  // as people write it: "Shop.Cart.add/2"
  std::vector<analysis::FunctionId> functions;
  analysis::ProcessId process;  // the name is that of a process, or of its module
  std::optional<analysis::Effect> effect;
  std::vector<std::uint32_t> externals;  // functions outside the sources: indices of Calls::externals, sorted
  bool table = false;
  std::vector<analysis::CallId>
      table_sites;  // the calls that make and use it, sorted: where its name is known, so outside of helpers
};

// As a start: "Shop.Cart.add/2", "Shop.Cart.add", "payment:charge/2", ":payment.charge", "Shop.Cart", a registered name. As an
// end also "http" and the other effects, "ets:name" (dets: and mnesia: too; `_` where the name is computed: "ets:shop_cart__"),
// and functions outside the sources that are called somewhere. The error names what is like it.
Result<Named> start_named(const model::Program& program, const analysis::Facts& facts, std::string_view text);
Result<Named> end_named(const model::Program& program, const analysis::Facts& facts, std::string_view text);

}  // namespace beamwright::design
