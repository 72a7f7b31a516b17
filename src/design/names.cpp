#include "design/names.h"

#include <algorithm>

#include "analysis/tables.h"
#include "base/nearest.h"

namespace beamwright::design {

using analysis::Effect;
using analysis::Facts;
using analysis::FunctionId;
using analysis::ModuleId;
using analysis::ProcessId;
using model::Program;

namespace {

// One way to write each name: ":payment.charge" is what Elixir calls "payment:charge", "Elixir.Shop" and "Shop" are the same.
std::string settled(std::string_view text) {
  if (text.starts_with("Elixir.")) text.remove_prefix(7);
  if (!text.starts_with(':')) return std::string(text);
  text.remove_prefix(1);
  std::string out(text);
  const std::size_t slash = std::min(out.find('/'), out.size());
  const std::size_t dot = out.rfind('.', slash);
  if (dot != std::string::npos) out[dot] = ':';
  return out;
}

// Is `name`, with its arity, what was asked for: the whole of it, or all but the arity?
bool means(std::string_view asked, std::string_view name) {
  if (!name.starts_with(asked)) return false;
  return name.size() == asked.size() || (name[asked.size()] == '/' && asked.find('/') == std::string_view::npos);
}

std::optional<Effect> effect_named(std::string_view text) {
  for (std::size_t e = 0; e < knowledge::kEffectCount; ++e) {
    if (text == knowledge::to_string(static_cast<Effect>(e))) return static_cast<Effect>(e);
  }
  return std::nullopt;
}

class Resolver {
 public:
  Resolver(const Program& program, const Facts& facts, std::string_view text)
      : program_(program), facts_(facts), asked_(text), text_(settled(text)) {}

  Result<Named> find(bool as_end) {
    named_.shown = text_;
    if (as_end && find_table()) return std::move(named_);
    if (find_functions() || find_module() || find_process_name()) return std::move(named_);
    if (as_end && (find_effect() || find_externals())) return std::move(named_);
    return Error{complaint(as_end)};
  }

 private:
  static bool is_hidden(const model::Function& f) {
    return f.has(model::kTemplate) || f.has(model::kModuleBody) || f.has(model::kGuardMacro);
  }

  bool find_functions() {
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      if (is_hidden(program_.function(FunctionId(f)))) continue;
      if (means(text_, model::display_function(program_, FunctionId(f)))) named_.functions.emplace_back(f);
    }
    return !named_.functions.empty();
  }

  bool find_module() {
    for (std::uint32_t m = 0; m < program_.modules.size(); ++m) {
      const ModuleId module(m);
      if (!program_.module(module).name || model::display_module(program_.module(module).name) != text_) continue;
      take(module);
      if (!named_.process) named_.process = facts_.processes.of(module);
    }
    return !named_.functions.empty() || named_.process;
  }

  bool find_process_name() {
    const auto& processes = facts_.processes.processes;
    for (std::uint32_t p = 0; p < processes.size(); ++p) {
      for (const Symbol name : processes[p].names) {
        if (model::display_module(name) != text_) continue;
        named_.process = ProcessId(p);
        take(processes[p].module);
        return true;
      }
    }
    return false;
  }

  void take(ModuleId module) {
    for (const FunctionId f : program_.functions_of(module)) {
      if (!is_hidden(program_.function(f))) named_.functions.push_back(f);
    }
  }

  bool find_effect() {
    named_.effect = effect_named(asked_);
    return named_.effect.has_value();
  }

  // "ets:name", unless ets has a function of that name. A name that is put together is known by what is written of it, as the map
  // shows it: "shop_cart__" or "{Shop.Cache, _}".
  bool find_table() {
    const std::size_t colon = asked_.find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    const std::string_view kind = asked_.substr(0, colon);
    if (kind != "ets" && kind != "dets" && kind != "mnesia") return false;
    const std::string bare(asked_.substr(colon + 1)), wanted = settled(bare);
    const analysis::Tables& tables = analysis::tables_of(program_, facts_);
    for (const analysis::Table& table : tables.tables) {
      if (analysis::to_string(table.kind) != kind || table.creations.empty()) continue;
      if (table.name != wanted && table.name != bare) continue;
      named_.table = true;
      for (const analysis::TableCreation& creation : table.creations)
        named_.table_sites.push_back(creation.via.empty() ? creation.site : creation.via.back());
      for (const analysis::TableUseId use : table.uses) named_.table_sites.push_back(tables.use(use).outermost());
    }
    std::sort(named_.table_sites.begin(), named_.table_sites.end());
    named_.shown = "the table " + wanted;
    return named_.table;
  }

  bool find_externals() {
    const auto& externals = facts_.calls.externals;
    for (std::uint32_t i = 0; i < externals.size(); ++i) {
      if (!externals[i].module) continue;
      const std::string name = model::display_mfa(externals[i].module, externals[i].name, externals[i].arity);
      if (means(text_, name)) named_.externals.push_back(i);
    }
    return !named_.externals.empty();
  }

  std::string complaint(bool as_end) const {
    std::vector<std::pair<std::size_t, std::string>> near;
    const auto add = [&](std::string name) {
      std::string_view bare = name;
      if (text_.find('/') == std::string::npos) bare = bare.substr(0, bare.rfind('/'));
      const std::size_t far = edit_distance(text_, bare);
      if (far <= std::max<std::size_t>(2, text_.size() / 3)) near.emplace_back(far, std::move(name));
    };
    for (std::uint32_t m = 0; m < program_.modules.size(); ++m) {
      if (program_.module(ModuleId(m)).name) add(model::display_module(program_.module(ModuleId(m)).name));
    }
    for (std::uint32_t f = 0; f < program_.functions.size(); ++f) {
      if (!is_hidden(program_.function(FunctionId(f)))) add(model::display_function(program_, FunctionId(f)));
    }
    if (as_end) {
      for (std::size_t e = 0; e < knowledge::kEffectCount; ++e) add(std::string(knowledge::to_string(static_cast<Effect>(e))));
    }
    std::sort(near.begin(), near.end());
    near.erase(std::unique(near.begin(), near.end()), near.end());
    std::string text = "nothing is called " + std::string(asked_);
    constexpr std::size_t kShown = 3;
    for (std::size_t i = 0; i < std::min(near.size(), kShown); ++i)
      text += (i == 0 ? "; the nearest are " : ", ") + near[i].second;
    return text;
  }

  const Program& program_;
  const Facts& facts_;
  std::string_view asked_;
  std::string text_;
  Named named_;
};

}  // namespace

Result<Named> start_named(const Program& program, const Facts& facts, std::string_view text) {
  return Resolver(program, facts, text).find(false);
}

Result<Named> end_named(const Program& program, const Facts& facts, std::string_view text) {
  return Resolver(program, facts, text).find(true);
}

}  // namespace beamwright::design
