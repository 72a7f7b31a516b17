// The design of a system in each format. All of them take the same Design and nothing else.
#pragma once

#include <string>

#include "design/design.h"
#include "report/layout.h"

namespace beamwright::report {

struct MapTextOptions {
  bool color = false;
  std::size_t columns = kColumns;
  bool names_commands = true;  // says which command draws it; who does not sit at a terminal has no use for that
};

// For a terminal: a tree for each application, then what no supervisor in sight starts, tables, and a summary.
std::string write_map_text(const design::Design& design, const MapTextOptions& options);

// Schema 1 of `map`: see ARCHITECTURE.md. One object and a line end; `compact` leaves out all white space.
std::string write_map_json(const design::Design& design, bool compact = false);

// A graph in Graphviz's language; supervision from left to right, messages and table accesses over it.
std::string write_map_dot(const design::Design& design);

// The same as a flowchart for Mermaid.
std::string write_map_mermaid(const design::Design& design);

// One page that opens from disk and needs nothing else: web/map/dist/map.html with the JSON inside.
std::string write_map_html(const design::Design& design);

// For a terminal: what a review of the design asks of each process, and what the sources answer; those with the worst findings
// first. Empty without processes.
std::string write_design_gate(const design::Design& design, bool color);

}  // namespace beamwright::report
