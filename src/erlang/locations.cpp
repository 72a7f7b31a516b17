// Walks of a tree in the order of erl_parse:fold_anno/3.
#include "erlang/locations.h"

#include <algorithm>

namespace beamwright::erlang {
namespace {

// A walk is as long as its answer is deep, but a macro's body has one place for all of its nodes: beyond this many steps the
// place found so far is the answer.
constexpr int kMostSteps = 4096;

bool has_location(NodeKind kind) {
  return kind != NodeKind::kSequence && kind != NodeKind::kBareAtom && kind != NodeKind::kBareInteger &&
         kind != NodeKind::kBareTuple;
}

bool walk_left(const Node& node, std::uint32_t& found, int& steps) {
  if (--steps < 0) return false;
  if (has_location(node.kind)) {
    if (node.offset > found) return false;
    found = node.offset;
  }
  if (node.kind == NodeKind::kCons) {
    // Lists may be long: walk along the tail without recursion.
    const Node* cell = &node;
    while (true) {
      if (!walk_left(cell->child(0), found, steps)) return false;
      cell = &cell->child(1);
      if (cell->kind != NodeKind::kCons) return walk_left(*cell, found, steps);
      if (--steps < 0 || cell->offset > found) return false;
      found = cell->offset;
    }
  }
  for (const Node* child : node.children())
    if (!walk_left(*child, found, steps)) return false;
  return true;
}

}  // namespace

std::uint32_t first_location(const Node& node) {
  std::uint32_t found = node.offset;
  int steps = kMostSteps;
  walk_left(node, found, steps);
  return found;
}

std::uint32_t last_location(const Node& node) {
  std::uint32_t found = 0;
  const Node* cell = &node;
  while (cell->kind == NodeKind::kCons) {
    found = std::max({found, cell->offset, last_location(cell->child(0))});
    cell = &cell->child(1);
  }
  if (has_location(cell->kind)) found = std::max(found, cell->offset);
  for (const Node* child : cell->children()) found = std::max(found, last_location(*child));
  return found;
}

}  // namespace beamwright::erlang
