// The table of erl_internal:is_type/2.
#include "erlang/builtin_types.h"

#include <unordered_map>

namespace beamwright::erlang {
namespace {

// One bit an arity the type may be written with; `since` is the release that brought it.
struct Builtin {
  const char* name;
  unsigned arities;
  int since;
};

constexpr unsigned kNoArguments = 1u << 0;
constexpr unsigned kOneArgument = 1u << 1;
constexpr unsigned kTwoArguments = 1u << 2;

constexpr Builtin kBuiltins[] = {
    {"any", kNoArguments, 0},
    {"arity", kNoArguments, 0},
    {"atom", kNoArguments, 0},
    {"binary", kNoArguments, 0},
    {"bitstring", kNoArguments, 0},
    {"bool", kNoArguments, 0},
    {"boolean", kNoArguments, 0},
    {"byte", kNoArguments, 0},
    {"char", kNoArguments, 0},
    {"dynamic", kNoArguments, 26},
    {"float", kNoArguments, 0},
    {"function", kNoArguments, 0},
    {"identifier", kNoArguments, 0},
    {"integer", kNoArguments, 0},
    {"iodata", kNoArguments, 0},
    {"iolist", kNoArguments, 0},
    {"list", kNoArguments | kOneArgument, 0},
    {"map", kNoArguments, 0},
    {"maybe_improper_list", kNoArguments | kTwoArguments, 0},
    {"mfa", kNoArguments, 0},
    {"module", kNoArguments, 0},
    {"neg_integer", kNoArguments, 0},
    {"nil", kNoArguments, 0},
    {"no_return", kNoArguments, 0},
    {"node", kNoArguments, 0},
    {"non_neg_integer", kNoArguments, 0},
    {"none", kNoArguments, 0},
    {"nonempty_binary", kNoArguments, 24},
    {"nonempty_bitstring", kNoArguments, 24},
    {"nonempty_improper_list", kTwoArguments, 0},
    {"nonempty_list", kNoArguments | kOneArgument, 0},
    {"nonempty_maybe_improper_list", kNoArguments | kTwoArguments, 0},
    {"nonempty_string", kNoArguments, 0},
    {"number", kNoArguments, 0},
    {"pid", kNoArguments, 0},
    {"port", kNoArguments, 0},
    {"pos_integer", kNoArguments, 0},
    {"reference", kNoArguments, 0},
    {"string", kNoArguments, 0},
    {"term", kNoArguments, 0},
    {"timeout", kNoArguments, 0},
    {"tuple", kNoArguments, 0},
};

}  // namespace

bool is_builtin_type(Symbol name, std::size_t arity, Level level) {
  static const std::unordered_map<Symbol, const Builtin*> by_name = [] {
    std::unordered_map<Symbol, const Builtin*> table;
    for (const Builtin& builtin : kBuiltins) table.emplace(intern(builtin.name), &builtin);
    return table;
  }();
  const auto found = by_name.find(name);
  return found != by_name.end() && arity < 3 && ((found->second->arities >> arity) & 1u) != 0 &&
         found->second->since <= level.otp;
}

}  // namespace beamwright::erlang
