#include "analysis/table_names.h"

#include <algorithm>

#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

namespace {

constexpr int kMaxDepth = 4;

// Builds the text of names that are put together: "shop_" ++ Id, "#{id}.cache", {Mod, id}.
class Writer {
 public:
  Writer(const model::Program& program, Tracer& tracer) : program_(program), tracer_(tracer) {}

  bool dynamic = false;
  bool literal = false;  // some part is known
  std::string text;

  void write(const TraceEnd& end, int depth) {
    const Unit& unit = program_.unit_of(end.place.function);
    const Expr& e = unit.expr(end.place.expr);
    if (depth > kMaxDepth || end.part) return unknown();
    switch (e.kind) {
      case ExprKind::kAtom:
        return known(model::display_module(e.symbol()));
      case ExprKind::kString:
      case ExprKind::kCharlist:
        return known(std::string(e.symbol().text()));
      case ExprKind::kInteger:
        return known(std::to_string(unit.integer_of(e)));
      case ExprKind::kTuple:
        return sequence(end, depth, "{", ", ", "}");
      case ExprKind::kList:
        return sequence(end, depth, "[", ", ", "]");
      case ExprKind::kBinary:
      case ExprKind::kOperator:
        return sequence(end, depth, "", "", "");
      case ExprKind::kMap:
        return e.has(model::kRecord) ? known("#" + std::string(e.symbol().text())) : unknown();
      case ExprKind::kCall:
        return call(end, depth);
      default:
        return unknown();
    }
  }

 private:
  void known(const std::string& part) {
    literal = true;
    text += part;
  }
  void unknown() {
    dynamic = true;
    text += "_";
  }

  void part(const TraceEnd& end, ExprId expr, int depth) {
    const std::vector<TraceEnd> ends = tracer_.go_on(end, expr);
    if (ends.size() == 1) return write(ends[0], depth + 1);
    unknown();
  }

  // A tuple or list inside a text is what somebody described it by, not what stands there.
  void text_part(const TraceEnd& end, ExprId expr, int depth) {
    const std::vector<TraceEnd> ends = tracer_.go_on(end, expr);
    if (ends.size() != 1) return unknown();
    const ExprKind kind = program_.unit_of(ends[0].place.function).expr(ends[0].place.expr).kind;
    if (kind == ExprKind::kTuple || kind == ExprKind::kList || kind == ExprKind::kMap) return unknown();
    write(ends[0], depth + 1);
  }

  void sequence(const TraceEnd& end, int depth, std::string_view open, std::string_view between, std::string_view close) {
    const Unit& unit = program_.unit_of(end.place.function);
    text += open;
    bool first = true;
    for (const ExprId child : unit.children_of(end.place.expr)) {
      if (!first) text += between;
      first = false;
      if (open.empty()) {
        text_part(end, child, depth);
      } else {
        part(end, child, depth);
      }
    }
    text += close;
  }

  // Functions that make an atom or text of their first argument, and Module.concat.
  void call(const TraceEnd& end, int depth) {
    const Unit& unit = program_.unit_of(end.place.function);
    const Expr& e = unit.expr(end.place.expr);
    const std::string_view name = unit.call_of(e).name.text();
    // inspect(__MODULE__) is the name as people write it, which is how modules are shown here anyway.
    if (name == "inspect" && e.child_count > 0) return inspected(end, unit.child(end.place.expr, 0), depth);
    if (unit.call_of(e).name == intern("concat") && e.child_count > 0) return sequence(end, depth, "", ".", "");
    constexpr std::string_view kMakers[] = {
        "binary_to_atom",   "list_to_atom",          "to_atom",        "binary_to_existing_atom",
        "to_existing_atom", "list_to_existing_atom", "to_string",      "atom_to_list",
        "atom_to_binary",   "iolist_to_binary",      "list_to_binary", "binary_to_list"};
    if (std::find(std::begin(kMakers), std::end(kMakers), name) == std::end(kMakers) || e.child_count == 0) return unknown();
    part(end, unit.child(end.place.expr, 0), depth);
  }

  void inspected(const TraceEnd& end, ExprId expr, int depth) {
    const std::vector<TraceEnd> ends = tracer_.go_on(end, expr);
    if (ends.size() != 1) return unknown();
    const Unit& unit = program_.unit_of(ends[0].place.function);
    if (unit.expr(ends[0].place.expr).kind == ExprKind::kAtom) return write(ends[0], depth + 1);
    unknown();
  }

  const model::Program& program_;
  Tracer& tracer_;
};

}  // namespace

std::optional<TableName> table_name(const model::Program& program, Tracer& tracer, const TraceEnd& end) {
  if (end.part) return {};
  const Expr& e = program.unit_of(end.place.function).expr(end.place.expr);
  if (e.kind == ExprKind::kAtom) {
    const Symbol atom = e.symbol();
    if (atom == sym::nil || atom == sym::undefined || atom == sym::true_ || atom == sym::false_) return {};
    return TableName{model::display_module(atom), atom, false};
  }
  Writer writer(program, tracer);
  writer.write(end, 0);
  if (!writer.literal) {
    // Nothing of it is known, but the function that makes it says which one it is: table_name(Node) -> list_to_atom(…).
    if (e.kind != ExprKind::kCall || end.place.frame == UINT32_MAX) return {};
    return TableName{"made by " + model::display_function(program, end.place.function), {}, true};
  }
  return TableName{writer.text, {}, writer.dynamic};
}

}  // namespace beamwright::analysis
