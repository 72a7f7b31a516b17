// `dump --stage facts PATH [MODULE…]`: what analysis knows about the modules of a file or folder, as text for people who work on
// rules. Each kind of fact is one section: a function of its own, named in the table of dump_facts.cpp.
#pragma once

#include <string>
#include <vector>

#include "analysis/facts.h"

namespace beamwright::app {

// `modules` as people write them: Shop.Cart, payment; all of the reviewed ones when none is named.
std::string dump_facts(const model::Program& program, const analysis::Facts& facts, const std::vector<std::string>& modules);

// The sections: each adds lines about one module, indented by two, or nothing.
void state_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void leaving_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void supplied_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void input_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void tables_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void paths_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void results_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);
void release_section(const model::Program&, const analysis::Facts&, model::ModuleId, std::string& out);

// "lib/cart.ex:12".
std::string shown_place(const model::Program& program, model::FunctionId function, model::ExprId expr);

}  // namespace beamwright::app
