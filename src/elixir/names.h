// The names that Elixir's own syntax uses in quoted forms and that base/symbols.inc does not list: operators and containers.
#pragma once

#include "base/symbol.h"

namespace beamwright::elixir {

struct Names {
  Symbol plus = intern("+"), minus = intern("-"), not_in = intern("not in"), dot = intern("."), range = intern(".."),
         range_step = intern("..//"), ellipsis = intern("..."), ampersand = intern("&"), at = intern("@"), slash = intern("/"),
         double_slash = intern("//"), bang = intern("!"), arrow = intern("->"), pipe = intern("|"), binary_type = intern("::"),
         tuple = intern("{}"), map = intern("%{}"), structure = intern("%"), bits = intern("<<>>"), left_arrow = intern("<-"),
         assoc = intern("=>"), to_charlist = intern("to_charlist"), to_string = intern("to_string"), binary = intern("binary"),
         utf8 = intern("utf8");
};

const Names& names();

}  // namespace beamwright::elixir
