// A unit as text: one row a line, children indented, each with its place (line:column-line:column, as editors count). Meant to be
// read and compared by people who change the lowering; nothing parses it.
#include <algorithm>

#include "model/program.h"

namespace beamwright::model {
namespace {

// Deeper expressions are shown as "…": nobody reads them, and each level costs indentation.
constexpr int kMaxDepth = 400;

std::string_view name_of(ExprKind kind) {
  switch (kind) {
    case ExprKind::kAtom:
      return "atom";
    case ExprKind::kInteger:
      return "integer";
    case ExprKind::kFloat:
      return "float";
    case ExprKind::kString:
      return "string";
    case ExprKind::kCharlist:
      return "charlist";
    case ExprKind::kVariable:
      return "variable";
    case ExprKind::kWildcard:
      return "wildcard";
    case ExprKind::kTuple:
      return "tuple";
    case ExprKind::kList:
      return "list";
    case ExprKind::kMap:
      return "map";
    case ExprKind::kBinary:
      return "binary";
    case ExprKind::kField:
      return "field";
    case ExprKind::kOperator:
      return "operator";
    case ExprKind::kCall:
      return "call";
    case ExprKind::kCapture:
      return "capture";
    case ExprKind::kClosure:
      return "closure";
    case ExprKind::kMatch:
      return "match";
    case ExprKind::kBlock:
      return "block";
    case ExprKind::kCase:
      return "case";
    case ExprKind::kReceive:
      return "receive";
    case ExprKind::kTry:
      return "try";
    case ExprKind::kWith:
      return "with";
    case ExprKind::kComprehension:
      return "comprehension";
    case ExprKind::kGenerator:
      return "generator";
    case ExprKind::kPin:
      return "pin";
    case ExprKind::kQuote:
      return "quote";
    case ExprKind::kUnknown:
      return "unknown";
  }
  return "?";
}

std::string_view name_of(DirectiveKind kind) {
  switch (kind) {
    case DirectiveKind::kUse:
      return "use";
    case DirectiveKind::kImport:
      return "import";
    case DirectiveKind::kRequire:
      return "require";
    case DirectiveKind::kBehaviour:
      return "behaviour";
    case DirectiveKind::kAlias:
      return "alias";
    case DirectiveKind::kParseTransform:
      return "parse_transform";
  }
  return "?";
}

std::string_view name_of(ModuleKind kind) {
  switch (kind) {
    case ModuleKind::kModule:
      return "module";
    case ModuleKind::kProtocol:
      return "protocol";
    case ModuleKind::kImplementation:
      return "implementation";
    case ModuleKind::kScript:
      return "script";
  }
  return "?";
}

std::string_view name_of(source::Role role) {
  switch (role) {
    case source::Role::kReviewed:
      return "reviewed";
    case source::Role::kTest:
      return "test";
    case source::Role::kDependency:
      return "dependency";
    case source::Role::kScript:
      return "script";
  }
  return "?";
}

class Dump {
 public:
  Dump(const Unit& unit, const source::FileTable& files) : unit_(unit), files_(files) {}

  std::string run() {
    line("unit ", files_.file(unit_.file).path, unit_.language == source::Language::kElixir ? " elixir " : " erlang ",
         name_of(unit_.role));
    for (const Module& m : unit_.modules) module(m);
    return std::move(out_);
  }

 private:
  class Indent {
   public:
    explicit Indent(Dump& dump) : dump_(dump) { ++dump_.depth_; }
    Indent(const Indent&) = delete;
    Indent& operator=(const Indent&) = delete;
    ~Indent() { --dump_.depth_; }

   private:
    Dump& dump_;
  };

  template <typename... Parts>
  void line(const Parts&... parts) {
    out_.append(static_cast<std::size_t>(depth_) * 2, ' ');
    (out_.append(parts), ...);
    out_ += '\n';
  }

  std::string place(std::uint32_t begin, std::uint32_t end) const {
    const auto show = [this](std::uint32_t offset) {
      const source::Position p = files_.position(unit_.file, offset);
      return std::to_string(p.line) + ':' + std::to_string(p.column);
    };
    return " [" + show(begin) + '-' + show(end) + ']';
  }

  static std::string quoted(Symbol symbol) {
    std::string result = "\"";
    for (const char c : symbol.text()) {
      if (c == '"' || c == '\\') {
        (result += '\\') += c;
      } else if (c == '\n') {
        result += "\\n";
      } else {
        result += c;
      }
    }
    return result += '"';
  }

  void module(const Module& m) {
    line(name_of(m.kind), " ", m.name ? display_module(m.name) : "-", m.protocol ? " of " + display_module(m.protocol) : "",
         place(m.begin, m.end));
    const Indent indent(*this);
    for (const Directive& d : unit_.directives_of(m)) directive(d);
    for (const Attribute& a : unit_.attributes_of(m)) {
      line("attribute ", a.name.text(), place(a.begin, a.end));
      part("", a.value);
    }
    for (const LocalFunctionId f : m.functions) function(f);
  }

  void directive(const Directive& d) {
    std::string around;
    if (d.function) around = " in " + name_and_arity(unit_.functions[d.function.index]);
    line(name_of(d.kind), " ", d.module ? display_module(d.module) : "?", d.quoted ? " quoted" : "", around,
         place(d.begin, d.end));
    part("", d.options);
  }

  static std::string name_and_arity(const Function& f) { return std::string(f.name.text()) + '/' + std::to_string(f.arity); }

  void function(LocalFunctionId id) {
    const Function& f = unit_.functions[id.index];
    std::string flags;
    const auto flag = [&](FunctionFlag bit, const char* text) {
      if (f.has(bit)) flags += text;
    };
    flag(kPublic, " public");
    flag(kMacro, " macro");
    flag(kInlined, " inlined");
    flag(kTemplate, " template");
    flag(kSynthetic, " synthetic");
    flag(kModuleBody, " module_body");
    flag(kImpl, " impl");
    flag(kGuardMacro, " guard_macro");
    flag(kGenerated, " generated");
    line("function ", name_and_arity(f), flags, place(f.begin, f.end));
    const Indent indent(*this);
    for (const ClauseId c : f.clauses) clause("clause", unit_.clause(c));
  }

  void clause(std::string_view what, const Clause& c) {
    const std::string_view flag = (c.flags & kTruthy)   ? " truthy"
                                  : (c.flags & kFalsy)  ? " falsy"
                                  : (c.flags & kRescue) ? " rescue"
                                                        : "";
    line(what, flag, place(c.begin, c.end));
    const Indent indent(*this);
    for (const ExprId p : unit_.patterns_of(c)) expression(p);
    part("guard", c.guard);
    part("body", c.body);
  }

  void part(std::string_view what, ExprId id) {
    if (!id) return;
    if (!what.empty()) line(what);
    const Indent indent(*this);
    expression(id);
  }

  // What is written behind a segment: " binary", " integer size little"; nothing for a plain one.
  static std::string segment(const Segment& s) {
    static constexpr const char* kTypes[] = {"", "/float", "/binary", "/bits", "/utf8", "/utf16", "/utf32", "/?"};
    std::string text = kTypes[static_cast<std::size_t>(s.type)];
    if (s.size) text += "/size";
    if (s.unit != 0) text += "/unit:" + std::to_string(s.unit);
    if (s.flags & kSigned) text += "/signed";
    if (s.flags & kLittle) text += "/little";
    if (s.flags & kNative) text += "/native";
    if (s.flags & kInterpolated) text += "/interpolated";
    return text.empty() ? text : ' ' + text.substr(1);
  }

  std::string segments(const Expr& e) const {
    std::string text;
    for (const Segment& s : unit_.segments_of(e)) text += (text.empty() ? "" : ",") + segment(s);
    return text.find_first_not_of(',') == std::string::npos ? std::string() : text;
  }

  std::string detail(const Expr& e) const {
    switch (e.kind) {
      case ExprKind::kBinary:
        return segments(e);
      case ExprKind::kAtom:
      case ExprKind::kField:
      case ExprKind::kOperator:
        return ' ' + std::string(e.symbol().text());
      case ExprKind::kMap:
        return e.symbol() ? ' ' + display_module(e.symbol()) : "";
      case ExprKind::kInteger:
        return ' ' + std::to_string(unit_.integer_of(e));
      case ExprKind::kFloat:
        return ' ' + std::to_string(unit_.floats[e.payload]);
      case ExprKind::kString:
      case ExprKind::kCharlist:
        return ' ' + quoted(e.symbol());
      case ExprKind::kVariable:
        if (e.payload == VariableId::kNone) return " unbound";
        return ' ' + std::string(unit_.variable_of(e).name.text()) + '#' + std::to_string(e.payload);
      case ExprKind::kCall:
      case ExprKind::kCapture:
        return call(unit_.call_of(e));
      default:
        return {};
    }
  }

  static std::string call(const Call& c) {
    std::string result;
    const std::string name = std::string(c.name.text()) + '/' + std::to_string(c.arity);
    switch (c.target) {
      case TargetKind::kLocal:
        result = ' ' + name;
        break;
      case TargetKind::kRemote:
        result = ' ' + display_mfa(c.module, c.name, c.arity);
        break;
      case TargetKind::kDynamicModule:
        result = " ?:" + name;
        break;
      case TargetKind::kValue:
        result = " value/" + std::to_string(c.arity);
        break;
      case TargetKind::kDynamic:
        result = " ?/" + std::to_string(c.arity);
        break;
    }
    if (c.in_guard) result += " in_guard";
    if (c.piped) result += " piped";
    if (c.closure) result += " in_closure";
    return result;
  }

  static std::string flags_of(const Expr& e) {
    std::string flags;
    const auto flag = [&](ExprFlag bit, const char* text) {
      if (e.has(bit)) flags += text;
    };
    flag(kHasTail, " has_tail");
    flag(kUpdate, " update");
    flag(kRecord, " record");
    flag(kNamed, " named");
    flag(kOldCatch, " old_catch");
    flag(kBinds, " binds");
    flag(kFromMacro, " from_macro");
    return flags;
  }

  void expression(ExprId id) {
    if (depth_ > kMaxDepth) return line("…");
    const Expr& e = unit_.expr(id);
    line(name_of(e.kind), detail(e), flags_of(e), place(e.begin, e.end));
    const Indent indent(*this);
    if (e.kind == ExprKind::kCall || e.kind == ExprKind::kCapture) part("callee", unit_.call_of(e).module_expr);
    for (const ExprId child : unit_.children_of(e)) expression(child);
    switch (e.kind) {
      case ExprKind::kClosure:
      case ExprKind::kCase:
      case ExprKind::kReceive:
        clauses("clause", unit_.clauses_of(e));
        break;
      case ExprKind::kWith:
        clauses("else", unit_.clauses_of(e));
        break;
      case ExprKind::kTry: {
        const Try& t = unit_.try_of(e);
        clauses("else", t.else_clauses);
        clauses("catch", t.catch_clauses);
        part("after", t.after);
        break;
      }
      default:
        break;
    }
  }

  void clauses(std::string_view what, ClauseRange range) {
    for (const ClauseId c : range) clause(what, unit_.clause(c));
  }

  const Unit& unit_;
  const source::FileTable& files_;
  std::string out_;
  int depth_ = 0;
};

}  // namespace

std::string dump_unit(const Unit& unit, const source::FileTable& files) { return Dump(unit, files).run(); }

}  // namespace beamwright::model
