#include "analysis/table_creations.h"

#include <algorithm>

#include "analysis/values.h"

namespace beamwright::analysis {

using model::Expr;
using model::ExprKind;
using model::Unit;

namespace {

class Options {
 public:
  Options(const model::Program& program, Tracer& tracer, TableCreation& creation)
      : program_(program), tracer_(tracer), creation_(creation) {}

  void read(const TraceEnd& end, int depth) {
    constexpr int kMaxDepth = 6;
    const Unit& unit = program_.unit_of(end.place.function);
    const Expr& e = unit.expr(end.place.expr);
    if (depth > kMaxDepth || end.part) return lose();
    switch (e.kind) {
      case ExprKind::kList:
      case ExprKind::kOperator:
        if (e.kind == ExprKind::kOperator && e.symbol() != sym::concat) return lose();
        for (const ExprId child : unit.children_of(e)) {
          const std::vector<TraceEnd> parts = tracer_.go_on(end, child);
          if (parts.empty()) lose();
          // Where one way gives a type, the others give one as well: maps:get(type, Options, set).
          const bool is_type = parts.size() > 1 && std::any_of(parts.begin(), parts.end(), [&](const TraceEnd& part) {
                                 return !part.part && is_type_word(part);
                               });
          if (is_type) unknown_type();
          for (const TraceEnd& part : parts) {
            if (!is_type) read(part, depth + 1);
          }
        }
        return;
      case ExprKind::kAtom:
        return word(e.symbol().text());
      case ExprKind::kTuple:
        return pair(end);
      case ExprKind::kCall:
        if (asks_for_type(unit, end.place.expr)) return unknown_type();
        return lose();
      default:
        return lose();
    }
  }

  // What was not read may be anything.
  void finish(bool ets) {
    if (creation_.options_known || !ets) return;
    if (!type_) creation_.type = {};
    if (!access_) creation_.access = TableAccess::kUnknown;
    if (!position_) creation_.key_position = -1;
    for (TableSetting* setting : {&creation_.named, &creation_.read_concurrency, &creation_.write_concurrency, &creation_.heir}) {
      if (*setting == TableSetting::kOff) *setting = TableSetting::kUnknown;
    }
  }

 private:
  // maps:get(type, Options, set), proplists:get_value(type, Options): set, ordered_set, bag or duplicate_bag.
  static bool asks_for_type(const Unit& unit, ExprId call) {
    const auto arguments = unit.children_of(call);
    return std::any_of(arguments.begin(), arguments.end(), [&](ExprId argument) {
      const auto atom = atom_value(unit, argument);
      return atom && atom->text() == "type";
    });
  }

  bool is_type_word(const TraceEnd& end) const {
    const auto atom = atom_value(program_.unit_of(end.place.function), end.place.expr);
    return atom && is_type_word(atom->text());
  }
  static bool is_type_word(std::string_view text) {
    return text == "set" || text == "ordered_set" || text == "bag" || text == "duplicate_bag";
  }

  void unknown_type() {
    creation_.type = {};
    type_ = true;
  }

  void lose() { creation_.options_known = false; }

  void word(std::string_view text) {
    if (is_type_word(text)) {
      creation_.type = intern(text);
      type_ = true;
    } else if (text == "public" || text == "protected" || text == "private") {
      creation_.access = text == "public"      ? TableAccess::kPublic
                         : text == "protected" ? TableAccess::kProtected
                                               : TableAccess::kPrivate;
      access_ = true;
    } else if (text == "named_table") {
      creation_.named = TableSetting::kOn;
    }
  }

  void pair(const TraceEnd& end) {
    const Unit& unit = program_.unit_of(end.place.function);
    const std::span<const ExprId> children = unit.children_of(end.place.expr);
    const auto key = children.empty() ? std::optional<Symbol>() : atom_value(unit, children[0]);
    if (!key || children.size() < 2) return lose();
    const std::string_view name = key->text();
    if (name == "heir") return set(creation_.heir, value(end, children[1]));
    if (name == "read_concurrency") return set(creation_.read_concurrency, value(end, children[1]));
    if (name == "write_concurrency") return set(creation_.write_concurrency, value(end, children[1]));
    if (name == "keypos") {
      position_ = true;
      const TraceEnd at = value(end, children[1]);
      const auto position = at.place.expr ? integer_value(program_.unit_of(at.place.function), at.place.expr) : std::nullopt;
      creation_.key_position = position.value_or(-1);
    } else if (name == "type") {
      const TraceEnd at = value(end, children[1]);
      const auto type = at.place.expr ? atom_value(program_.unit_of(at.place.function), at.place.expr) : std::nullopt;
      creation_.type = type.value_or(Symbol());
      type_ = true;
    } else if (name.ends_with("_copies")) {
      creation_.storage.push_back(*key);
    }
  }

  // The only end of a value; none when there are several.
  TraceEnd value(const TraceEnd& end, ExprId expr) {
    std::vector<TraceEnd> ends = tracer_.go_on(end, expr);
    return ends.size() == 1 && !ends[0].part ? std::move(ends[0]) : TraceEnd{};
  }

  // true, auto and a process are on; false and none are off.
  void set(TableSetting& setting, const TraceEnd& at) const {
    setting = TableSetting::kUnknown;
    if (!at.place.expr) return;
    const auto atom = atom_value(program_.unit_of(at.place.function), at.place.expr);
    const bool off = atom && (*atom == sym::false_ || atom->text() == "none");
    const bool literal = atom && (*atom == sym::true_ || atom->text() == "auto");
    if (off) setting = TableSetting::kOff;
    if (literal || (!off && &setting == &creation_.heir)) setting = TableSetting::kOn;
  }

  const model::Program& program_;
  Tracer& tracer_;
  TableCreation& creation_;
  bool type_ = false;
  bool access_ = false;
  bool position_ = false;
};

bool is_supervisor(const Facts& facts, ProcessId id) { return facts.process(id).kind == ProcessKind::kSupervisor; }

void add(std::vector<TableOwner>& owners, TableOwner owner) {
  if (std::find(owners.begin(), owners.end(), owner) == owners.end()) owners.push_back(owner);
}

}  // namespace

void read_options(const model::Program& program, Tracer& tracer, ExprId options, TableCreation& creation) {
  const FunctionId function = program.function_of(creation.site);
  const std::vector<TraceEnd> ends = tracer.trace(function, options, creation.via);
  if (ends.empty()) creation.options_known = false;
  Options reader(program, tracer, creation);
  for (const TraceEnd& end : ends) reader.read(end, 0);
  reader.finish(true);
}

TableOwners::TableOwners(const model::Program& program, const Facts& facts) : facts_(facts) {
  for (std::uint32_t i = 0; i < facts.processes.processes.size(); ++i) {
    for (const CallId site : facts.processes.processes[i].starts) {
      const FunctionId function = program.function_of(site);
      if (!function || program.module_of(function) != facts.processes.processes[i].module) continue;
      starts_.emplace_back(function, ProcessId(i));
    }
  }
  std::sort(starts_.begin(), starts_.end());
}

// A start function runs in whoever starts the process, whichever of them the creation is reached from.
void TableOwners::climb(FunctionId function, int depth, std::vector<FunctionId>& seen, std::vector<TableOwner>& out) const {
  constexpr int kMaxDepth = 4;
  if (depth > kMaxDepth || std::find(seen.begin(), seen.end(), function) != seen.end()) return;
  seen.push_back(function);
  const auto start = std::lower_bound(starts_.begin(), starts_.end(), std::pair(function, ProcessId(std::size_t{0})));
  if (start != starts_.end() && start->first == function) {
    const bool supervisor = is_supervisor(facts_, start->second);
    return add(out, {TableOwnerKind::kSupervisor, supervisor ? ProcessId() : start->second});
  }
  for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
    const Edge& edge = facts_.calls.edges[i];
    if (edge.runs == Runs::kCaller && !edge.possible) climb(facts_.calls.callers[i], depth + 1, seen, out);
  }
}

std::vector<TableOwner> TableOwners::of(const TableCreation& creation) const {
  std::vector<TableOwner> owners;
  Runs runs = facts_.calls.runs[creation.site.index];
  for (const CallId site : creation.via) {
    if (runs == Runs::kCaller) runs = facts_.calls.runs[site.index];
  }
  if (runs == Runs::kNewProcess) return {{TableOwnerKind::kTask, {}}};
  if (runs != Runs::kCaller) return {{TableOwnerKind::kUnknown, {}}};
  std::vector<FunctionId> seen;
  climb(creation.function, 0, seen, owners);
  const Context& context = facts_.contexts.of(creation.function);
  for (const ProcessId id : context.processes) {
    const ProcessKind kind = facts_.process(id).kind;
    const TableOwnerKind owner = kind == ProcessKind::kSupervisor ? TableOwnerKind::kSupervisor
                                 : kind == ProcessKind::kRequest  ? TableOwnerKind::kRequest
                                 : kind == ProcessKind::kTask     ? TableOwnerKind::kTask
                                                                  : TableOwnerKind::kProcess;
    add(owners, {owner, id});
  }
  if (owners.empty()) {
    if (context.flags & kInRequest) add(owners, {TableOwnerKind::kRequest, {}});
    if (context.flags & kInBoot) add(owners, {TableOwnerKind::kApplication, {}});
    if (context.flags & kInTask) add(owners, {TableOwnerKind::kTask, {}});
    if (context.flags & (kInTool | kAtCompileTime)) add(owners, {TableOwnerKind::kTool, {}});
    if (context.flags & kInTest) add(owners, {TableOwnerKind::kTest, {}});
  }
  if (owners.empty() || (context.flags & kFromOutside)) add(owners, {TableOwnerKind::kUnknown, {}});
  return owners;
}

}  // namespace beamwright::analysis
