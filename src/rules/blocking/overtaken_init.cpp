// init that leaves the rest of itself to a message: `send(self(), :connect)`, a cast to itself, a timer. Messages of others may
// stand in the mailbox before it, for the name is registered before init runs, and a timer is served only after its delay. They
// meet a state in which what the rest of init makes is still nil.
#include <algorithm>

#include "analysis/results.h"
#include "analysis/values.h"
#include "rules/half_made.h"
#include "rules/known_early.h"
#include "rules/reach.h"
#include "rules/wanted.h"

namespace beamwright::rules {
namespace {

using analysis::External;

// A message to itself that init leaves behind.
struct Left {
  MessageId message;
  CallId site;             // in init
  std::int64_t delay = 0;  // milliseconds
};

class Check {
 public:
  Check(const Program& program, const Facts& facts, Reporter& reporter) : program_(program), facts_(facts), reporter_(reporter) {}

  void run() {
    for (const Handler& handler : facts_.processes.handlers) {
      if (handler.kind != HandlerKind::kInit) continue;
      const Process& process = facts_.process(handler.process);
      if (process.kind != analysis::ProcessKind::kGenServer || !wants_process(program_, facts_, reporter_, handler.process))
        continue;
      if (in_production(program_, facts_, handler.function)) review(process, handler);
    }
  }

 private:
  void review(const Process& process, const Handler& init) {
    for (const Left& left : messages_left(init)) {
      if (left.delay == 0 && !may_be_first(process, init, left)) continue;
      for (const HandlerId step : takers(facts_, facts_.message(left.message))) {
        if (facts_.handler(step).catch_all) continue;
        const std::vector<EmptyField> fields = fields_filled_by(program_, facts_, step);
        if (!fields.empty() && tell(process, init, left, step, fields)) return;
      }
    }
  }

  // Those in the clause itself, and in a function of the module that it calls.
  std::vector<Left> messages_left(const Handler& init) const {
    std::vector<Left> found;
    for (const CallId site : analysis::calls_in_clause(program_, init.function, init.clause)) {
      if (facts_.calls.runs[site.index] != knowledge::Runs::kCaller) continue;
      const FunctionId callee = facts_.calls.callees[site.index].function;
      const bool own = callee && program_.module_of(callee) == program_.module_of(init.function);
      for (const MessageId id : facts_.messages.by_function[own ? callee.index : init.function.index]) {
        const Message& message = facts_.message(id);
        if (message.kind == MessageKind::kCall || message.receiver != init.process || !message.pattern.tag) continue;
        if ((own || message.site == site) && goes_to_itself(message)) found.push_back({id, site, delay_of(message)});
      }
    }
    std::erase_if(found, [](const Left& left) { return left.delay < 0; });
    return found;
  }

  bool goes_to_itself(const Message& message) const {
    const External* external = facts_.calls.external(message.site);
    if (!external || !external->row || external->row->target_argument == 0) return false;
    const auto arguments = arguments_of(program_, message.site);
    const std::size_t at = external->row->target_argument - 1u;
    if (at >= arguments.size()) return false;
    const Unit& unit = program_.unit_of(message.site);
    const ExprId to = analysis::local_value(unit, arguments[at]);
    return unit.expr(to).kind == ExprKind::kCall && unit.call_of(unit.expr(to)).name == sym::self;
  }

  // Until a timer fires; -1 where that is not known, or so late that it is no part of the start.
  std::int64_t delay_of(const Message& message) const {
    constexpr std::int64_t kStart = 60000;
    const External* external = facts_.calls.external(message.site);
    if (!external->row->effects.has(Effect::kTimer)) return 0;
    const auto arguments = arguments_of(program_, message.site);
    const std::size_t at = external->row->delay_argument;
    if (at == 0 || at > arguments.size()) return -1;
    const analysis::ExprRef delay =
        analysis::resolve_value(program_, facts_, {program_.call_units[message.site.index], arguments[at - 1]});
    const auto milliseconds = delay ? analysis::integer_value(program_.unit(delay.unit), delay.expr) : std::nullopt;
    return milliseconds && *milliseconds <= kStart ? *milliseconds : -1;
  }

  // Is there time for others between the moment they know the process and the one in which init sends its own message?
  bool may_be_first(const Process& process, const Handler& init, const Left& left) const {
    const bool named = is_found_by_name(program_, facts_, process) || may_be_given_name(program_, facts_, process);
    for (const CallId site : analysis::calls_in_clause(program_, init.function, init.clause)) {
      if (!(site < left.site)) return false;
      if (facts_.calls.runs[site.index] != knowledge::Runs::kCaller) continue;
      if (named ? takes_time(site) : tells_of_itself(site)) return true;
    }
    return false;
  }

  bool takes_time(CallId site) const {
    const analysis::EffectSet effects = analysis::effects_at(program_, facts_, site);
    for (const Effect effect : {Effect::kHttp, Effect::kSocket, Effect::kDatabase, Effect::kFile, Effect::kSleep, Effect::kCall,
                                Effect::kRpc, Effect::kSubprocess, Effect::kReceive}) {
      if (effects.has(effect)) return true;
    }
    // Code that is handed in: Module.init().
    return program_.call(site).target == model::TargetKind::kDynamicModule;
  }

  // pg:join(Group, self()), Registry.register, an insert of self() into a table.
  bool tells_of_itself(CallId site) const {
    const External* external = facts_.calls.external(site);
    if (!external) return false;
    const std::string_view module = external->module.text(), name = external->name.text();
    if (module == "Elixir.Registry") return name == "register";
    const bool group = module == "pg" || module == "pg2" || module == "gproc" || module == "Elixir.Phoenix.PubSub";
    return group && (name == "join" || name == "reg" || name == "subscribe");
  }

  bool tell(const Process& process, const Handler& init, const Left& left, HandlerId step,
            const std::vector<EmptyField>& fields) {
    for (const HandlerId id : process.handlers) {
      const Handler& handler = facts_.handler(id);
      if (id == step || (handler.kind != HandlerKind::kCall && handler.kind != HandlerKind::kCast)) continue;
      const MessageId first = sent_by_others(program_, facts_, process, messages_to(facts_, id));
      if (!first) continue;
      if (const auto use = hard_use_of(program_, facts_, id, fields)) {
        report(init, left, step, handler, first, *use);
        return true;
      }
    }
    return false;
  }

  void report(const Handler& init, const Left& left, HandlerId step, const Handler& taker, MessageId first, const HardUse& use) {
    const bool erlang = in_erlang(program_, init.function);
    const std::string name = process_name(program_, facts_, init.process);
    const std::string field(use.field.text());
    const Handler& rest = facts_.handler(step);
    const Unit& unit = program_.unit_of(rest.function);
    const std::string own = message_text(facts_.message(left.message).pattern, erlang);
    const std::string half = analysis::display_handler(program_, facts_, taker);
    Finding finding = found_in(reporter_, program_, init.function, call_span(program_, left.site));
    const bool possible = left.delay == 0 && !is_found_by_name(program_, facts_, facts_.process(init.process));
    finding.confidence = possible ? Confidence::kPossible : Confidence::kLikely;
    finding.message = name + " leaves " + field + " to " + own + ", which init sends to itself" +
                      (left.delay > 0 ? " after " + analysis::display_bound(left.delay) : std::string()) +
                      "; a message that comes before it crashes " + half;
    finding.why = (left.delay > 0
                       ? std::string("Whoever has started the process, or knows its name, may ask it before the timer fires. ")
                       : std::string("The name is registered before init runs, so that a request may stand in the mailbox before "
                                     "init's own message, as after each restart. ")) +
                  "The clause needs " + field + ", which is " + (erlang ? "undefined" : "nil") +
                  " or absent until then: the server crashes, and may do so again when it starts the next time.";
    finding.fix = erlang
                      ? "Return {ok, State, {continue, Step}} and do the rest in handle_continue(Step, State), which runs before "
                        "any message; or answer {error, not_ready} as long as " +
                            field + " is undefined."
                      : "Return {:ok, state, {:continue, step}} and do the rest in handle_continue(step, state), which runs "
                        "before any message; or answer {:error, :not_ready} as long as " +
                            field + " is nil.";
    finding.path.push_back({{unit.file, unit.clause(rest.clause).begin, unit.clause(rest.clause).end}, "the rest of the init"});
    const Message& message = facts_.message(first);
    finding.path.push_back({call_span(program_, message.site), model::display_function(program_, message.sender) + " may send " +
                                                                   message_text(message.pattern, erlang) + " before it"});
    if (use.way) finding.path.push_back(call_step(program_, facts_, use.way));
    finding.path.push_back({program_.unit_of(use.function).span(use.place), field + " is used: " + use.text});
    finding.key = field;
    report_weighed(reporter_, std::move(finding));
  }

  const Program& program_;
  const Facts& facts_;
  Reporter& reporter_;
};

void check(const Program& program, const Facts& facts, Reporter& reporter) { Check(program, facts, reporter).run(); }

}  // namespace

const Rule& overtaken_init() {
  static const Rule rule{
      {.code = "BW417",
       .name = "overtaken-init",
       .family = findings::Family::kBlocking,
       .severity = Severity::kMedium,
       .summary = "init leaves its rest to a message to itself, and what comes before it meets a half-made state"},
      check};
  return rule;
}

}  // namespace beamwright::rules
