// A socket in {active, true} turns whatever the peer sends into messages, as fast as it comes: the window of TCP never closes,
// and what the process has not read yet grows in its mailbox instead of waiting at the sender.
#include <algorithm>
#include <array>
#include <set>

#include "analysis/values.h"
#include "rules/kept.h"
#include "rules/reach.h"
#include "rules/walk.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

struct Names {
  Symbol active = intern("active"), setopts = intern("setopts"), connect = intern("connect"), listen = intern("listen");
  Symbol open = intern("open"), handshake = intern("handshake"), accept = intern("accept");
  Symbol gen_udp = intern("gen_udp"), inet = intern("inet");
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const CallId site : wanted_calls(program_, reporter_)) {
      const model::Call& call = program_.call(site);
      if (call.capture || !takes_options(call.name) || !is_of_sockets(call)) continue;
      const FunctionId function = program_.function_of(site);
      if (!function || !in_production(program_, facts_, function)) continue;
      if (const ExprId option = active_option(site)) report(function, site, option);
    }
  }

 private:
  bool takes_options(Symbol name) const {
    return name == names_.setopts || name == names_.connect || name == names_.listen || name == names_.open ||
           name == names_.handshake;
  }

  // The modules of sockets, one that is chosen while the program runs (Transport:connect), or any with a setopts, for no other
  // kind of options has an `active` that is true.
  bool is_of_sockets(const model::Call& call) const {
    if (call.name == names_.setopts || call.target == model::TargetKind::kDynamicModule) return true;
    return call.target == model::TargetKind::kRemote && (call.module == sym::gen_tcp || call.module == sym::ssl ||
                                                         call.module == names_.inet || call.module == names_.gen_udp);
  }

  // `active: true`, {active, true} among the options written at the call.
  ExprId active_option(CallId site) const {
    const Unit& unit = program_.unit_of(site);
    for (const ExprId argument : arguments_of(program_, site)) {
      const ExprId options = analysis::local_value(unit, argument);
      if (!options) continue;
      const ExprId value = analysis::literal_option(unit, options, names_.active);
      if (value && analysis::atom_value(unit, value) == sym::true_) return value;
    }
    return {};
  }

  void report(FunctionId function, CallId site, ExprId option) {
    const bool erlang = in_erlang(program_, function);
    const std::string call = callee_text(program_, facts_, site);
    Finding finding = found_in(reporter_, program_, function, call_span(program_, site));
    finding.confidence = Confidence::kLikely;
    const std::string mode = erlang ? "{active, true}" : "active: true";
    finding.message = call + " sets the socket to " + mode + ": whatever the peer sends goes into the mailbox at once";
    finding.why =
        "Nothing slows the peer down while the process is busy: what it has not read yet grows in the mailbox, which makes it "
        "slower still, until the memory of the node is gone.";
    finding.fix =
        erlang
            ? "Use {active, once} and inet:setopts(Socket, [{active, once}]) after each message, or {active, N} and refill it at "
              "tcp_passive."
            : "Use active: :once and :inet.setopts(socket, active: :once) after each message, or active: 100 and refill it at "
              ":tcp_passive.";
    finding.path = {{program_.unit_of(function).span(option), mode + " has no back-pressure"}};
    add_users(function, finding);
    finding.key = call;
    report_weighed(reporter_, std::move(finding));
  }

  // Who asks for it, where a helper does.
  void add_users(FunctionId function, Finding& finding) const {
    constexpr std::size_t kShown = 9;
    for (const std::uint32_t i : facts_.calls.incoming_of(function)) {
      if (finding.path.size() >= kShown) return;
      if (in_production(program_, facts_, facts_.calls.callers[i])) {
        finding.path.push_back(call_step(program_, facts_, facts_.calls.edges[i].site));
      }
    }
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
  const Names names_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& socket_always_active() {
  static const Rule rule{{.code = "BW215",
                          .name = "socket-always-active",
                          .family = findings::Family::kMailbox,
                          .severity = Severity::kMedium,
                          .summary = "A socket in {active, true}: its peer fills the mailbox without back-pressure"},
                         check};
  return rule;
}

}  // namespace beamwright::rules
