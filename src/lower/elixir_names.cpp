// See Elixir's elixir_aliases.erl (concat, do_concat) for how the VM's atom of a module comes about.
#include "lower/elixir_names.h"

namespace beamwright::lower {
namespace {

constexpr std::string_view kPrefix = "Elixir.";

}  // namespace

Symbol ModuleNames::absolute(Symbol segment) {
  Cached& cached = cache_[segment.index % cache_.size()];
  if (cached.segment == segment && segment) return cached.module;
  buffer_.assign(kPrefix).append(segment.text());
  cached = {segment, intern(buffer_)};
  return cached.module;
}

Symbol ModuleNames::join(Symbol module, Symbol segment) {
  buffer_.assign(module.text()).append(".").append(segment.text());
  return intern(buffer_);
}

Symbol ModuleNames::concat(Symbol module, Symbol other) {
  std::string_view text = other.text();
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  buffer_.assign(module.text()).append(".").append(text);
  return intern(buffer_);
}

Symbol ModuleNames::last_segment(Symbol module) {
  const std::string_view text = module.text();
  if (!text.starts_with(kPrefix)) return {};
  return intern(text.substr(text.rfind('.') + 1));
}

}  // namespace beamwright::lower
