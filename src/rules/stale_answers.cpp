#include "rules/stale_answers.h"

#include <algorithm>
#include <array>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/requests.h"
#include "rules/waits.h"
#include "rules/walk.h"

namespace beamwright::rules {

namespace {

class Finder {
 public:
  Finder(const Program& program, const Facts& facts, FunctionId function)
      : program_(program), facts_(facts), function_(function), unit_(program.unit_of(function)) {}

  std::vector<StaleAnswer> find() {
    std::vector<StaleAnswer> found;
    if (opens_it_here() || flushes()) return found;
    for (const ExprId body : bodies_of(program_, function_)) {
      any_below(unit_, body, [&](ExprId id) {
        if (unit_.expr(id).kind != ExprKind::kReceive || unit_.expr(id).child_count != 2) return false;
        if (stands_in_foreign_closure(unit_, id) || !gives_up(id)) return false;
        const ExprId answer = answer_of(id);
        const CallId request = answer ? request_before(body, id) : CallId();
        if (request && !callers_take_care()) found.push_back({id, answer, request, unit_.span(unit_.child(id, 1))});
        return false;
      });
    }
    return found;
  }

 private:
  static bool takes_care(std::string_view name) {
    static constexpr std::array<std::string_view, 11> kWords = {"close", "stop",  "exit",  "kill",  "shutdown", "reset",
                                                                "flush", "drain", "raise", "throw", "connect"};
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return name.find(word) != name.npos; });
  }

  // A call of such a name, or {stop, …}, {:stop, …}, which ends the server and with it the port.
  bool takes_care_below(ExprId root) const {
    return any_below(unit_, root, [&](ExprId id) {
      const model::Expr& e = unit_.expr(id);
      if (e.kind == ExprKind::kReceive) return true;
      if (e.kind == ExprKind::kTuple && analysis::outline(unit_, {}, id).tag == sym::stop) return true;
      if (e.kind != ExprKind::kCall || !unit_.call_of(e).name) return false;
      const model::Call& call = unit_.call_of(e);
      return takes_care(call.name.text()) || (call.name == sym::error && call.target == model::TargetKind::kLocal);
    });
  }

  // Not a look into the mailbox, and not the end of the server.
  bool gives_up(ExprId receive) const {
    const ExprId limit = unit_.child(receive, 0);
    if (analysis::integer_value(unit_, limit) == 0 || analysis::atom_value(unit_, limit) == sym::infinity) return false;
    if (takes_care_below(unit_.child(receive, 1))) return false;
    // os:cmd("kill -9 …"), a macro that closes.
    const std::string text = source_text(program_, unit_, unit_.child(receive, 1), 400);
    return text.find("kill") == text.npos && text.find("close") == text.npos;
  }

  // {Port, {data, Line}} or {tcp, Socket, Data} with nothing in the data that was known before.
  ExprId answer_of(ExprId receive) const {
    static const Symbol kData = intern("data"), kTcp = intern("tcp"), kUdp = intern("udp");
    for (const model::ClauseId c : unit_.clauses_of(unit_.expr(receive))) {
      const std::span<const ExprId> patterns = unit_.patterns_of(unit_.clause(c));
      if (patterns.empty() || unit_.expr(patterns[0]).kind != ExprKind::kTuple) continue;
      const analysis::Pattern outline = analysis::outline(unit_, {}, patterns[0]);
      const std::uint32_t size = unit_.expr(patterns[0]).child_count;
      const bool socket = size == 3 && (outline.tag == kTcp || outline.tag == sym::ssl || outline.tag == kUdp);
      const ExprId last = unit_.child(patterns[0], size - 1);
      const bool port = size == 2 && unit_.expr(last).kind == ExprKind::kTuple && unit_.expr(last).child_count == 2 &&
                        analysis::atom_value(unit_, unit_.child(last, 0)) == kData;
      if ((socket || port) && !names_request(last)) return patterns[0];
    }
    return {};
  }

  bool names_request(ExprId payload) const {
    return any_below(unit_, payload, [&](ExprId id) {
      const model::Expr& e = unit_.expr(id);
      return e.kind == ExprKind::kPin || (e.kind == ExprKind::kVariable && !e.has(model::kBinds));
    });
  }

  CallId request_before(ExprId body, ExprId receive) const {
    CallId found;
    for (const CallId site : program_.calls_of(function_)) {
      const model::Expr& call = unit_.expr(program_.call(site).expr);
      if (call.begin < unit_.expr(body).begin || call.begin > unit_.expr(receive).begin) continue;
      if (sends_request(program_, facts_, site)) found = site;
    }
    return found;
  }

  // It belongs to this one conversation and is not asked again.
  bool opens_it_here() const {
    for (const CallId site : program_.calls_of(function_)) {
      const Symbol name = program_.call(site).name;
      if (name && (name.text() == "open_port" || name.text() == "open" || name.text().find("connect") != std::string_view::npos))
        return true;
    }
    return false;
  }

  // What is left of the request before is taken out.
  bool flushes() const {
    for (const ExprId body : bodies_of(program_, function_)) {
      if (any_below(unit_, body, [&](ExprId id) {
            const model::Expr& e = unit_.expr(id);
            return e.kind == ExprKind::kReceive && e.child_count == 2 && analysis::integer_value(unit_, unit_.child(id, 0)) == 0;
          }))
        return true;
    }
    for (const CallId site : program_.calls_of(function_)) {
      const Symbol name = program_.call(site).name;
      if (name && (name.text().find("flush") != std::string_view::npos || name.text().find("drain") != std::string_view::npos))
        return true;
    }
    return false;
  }

  // case ask(Port) of {error, timeout} -> port_close(Port) …
  bool callers_take_care() const {
    for (const std::uint32_t index : facts_.calls.incoming_of(function_)) {
      const FunctionId caller = facts_.calls.callers[index];
      if (program_.module_of(caller) != program_.module_of(function_)) return true;  // whoever that is
      for (const CallId site : program_.calls_of(caller)) {
        const Symbol name = program_.call(site).name;
        if (name && takes_care(name.text())) return true;
      }
    }
    return false;
  }

  const Program& program_;
  const Facts& facts_;
  FunctionId function_;
  const Unit& unit_;
};

}  // namespace

std::vector<StaleAnswer> stale_answers(const Program& program, const Facts& facts, FunctionId function) {
  return Finder(program, facts, function).find();
}

}  // namespace beamwright::rules
