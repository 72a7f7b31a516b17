#include "app/dump_forest.h"

#include <nlohmann/json.hpp>
#include <set>

#include "analysis/forest.h"
#include "knowledge/knowledge.h"

namespace beamwright::app {
namespace {

using analysis::ExprRef;
using analysis::Forest;
using analysis::Origin;
using analysis::Presence;
using analysis::Tree;
using analysis::TreeApplication;
using analysis::TreeChild;
using analysis::TreeId;
using Json = nlohmann::ordered_json;

class Writer {
 public:
  Writer(const model::Program& program, const Forest& forest) : program_(program), forest_(forest) {}

  std::string json() {
    Json out;
    out["applications"] = Json::array();
    for (const TreeApplication& a : forest_.applications) {
      Json row{{"name", a.name}, {"module", word(a.module)}, {"declared", a.declared}};
      row["tree"] = tree_json(a.tree);
      out["applications"].push_back(std::move(row));
    }
    out["loose"] = Json::array();
    for (const TreeId id : forest_.loose) out["loose"].push_back(tree_json(id));
    return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  }

  std::string text() {
    for (const TreeApplication& a : forest_.applications) {
      text_ += "application " + a.name + "  " + model::display_module(a.module);
      if (!a.start) text_ += "  (not among the sources)";
      text_ += a.start && !a.tree ? "  (what start/2 starts is not known)\n" : "\n";
      if (a.tree) tree_text(a.tree, 1);
    }
    for (const TreeId id : forest_.loose) {
      text_ += "loose\n";
      tree_text(id, 1);
    }
    return std::move(text_);
  }

 private:
  static Json word(Symbol symbol) { return symbol ? Json(std::string(symbol.text())) : Json(); }
  static Json filled(const std::string& text) { return text.empty() ? Json() : Json(text); }
  static Json number(std::int64_t value) { return value < 0 ? Json() : Json(value); }

  Json place_json(ExprRef place) const {
    if (!place) return {};
    const source::Span span = program_.unit(place.unit).span(place.expr);
    return {{"file", program_.files->file(span.file).path}, {"line", program_.files->position(span.file, span.begin).line}};
  }

  Json tree_json(TreeId id) {
    if (!id) return {};
    if (!open_.insert(id.index).second) return Json{{"again", true}};
    const Tree& t = forest_.tree(id);
    Json out{
        {"module", word(t.module)}, {"behaviour", word(t.behaviour)}, {"name", word(t.name)}, {"strategy", word(t.strategy)}};
    out["intensity"] = number(t.intensity);
    out["period"] = number(t.period);
    out["dynamic"] = t.dynamic;
    out["opaque"] = t.opaque;
    out["complete"] = t.complete;
    out["place"] = place_json(t.place);
    out["children"] = Json::array();
    for (const TreeChild& c : t.children) out["children"].push_back(child_json(c));
    if (!t.added_at.empty()) {
      out["added_at"] = Json::array();
      for (const ExprRef place : t.added_at) out["added_at"].push_back(place_json(place));
    }
    open_.erase(id.index);
    return out;
  }

  Json child_json(const TreeChild& c) {
    static constexpr const char* kPresences[] = {"always", "perhaps", "many"};
    static constexpr const char* kOrigins[] = {"list", "template", "added"};
    Json out{{"id", filled(c.id)}};
    out["start"] = {{"module", word(c.start_module)}, {"function", word(c.start_function)}, {"arity", number(c.start_arity)}};
    out["module"] = word(c.module);
    out["name"] = word(c.name);
    out["restart"] = word(c.restart);
    out["shutdown"] = filled(c.shutdown);
    out["type"] = word(c.type);
    out["presence"] = kPresences[static_cast<int>(c.presence)];
    out["origin"] = kOrigins[static_cast<int>(c.origin)];
    out["place"] = place_json(c.place);
    if (c.tree) out["tree"] = tree_json(c.tree);
    return out;
  }

  static std::string shown(Symbol symbol) { return symbol ? std::string(symbol.text()) : "?"; }

  void tree_text(TreeId id, std::size_t depth) {
    const Tree& t = forest_.tree(id);
    text_ += std::string(depth * 2, ' ') + "supervisor " + (t.module ? model::display_module(t.module) : "(no module)");
    if (t.name) text_ += " named " + std::string(t.name.text());
    if (t.opaque) {
      text_ += "  (its inside is not known)\n";
      return;
    }
    text_ += "  " + shown(t.strategy) + " " + (t.intensity < 0 ? "?" : std::to_string(t.intensity)) + " in " +
             (t.period < 0 ? "?" : std::to_string(t.period)) + " s";
    text_ += t.dynamic ? "  dynamic" : "";
    text_ += t.complete ? "\n" : "  (there may be more children)\n";
    if (!open_.insert(id.index).second) return;
    for (const TreeChild& c : t.children) child_text(c, depth + 1);
    open_.erase(id.index);
  }

  void child_text(const TreeChild& c, std::size_t depth) {
    static constexpr const char* kPresences[] = {"", "  perhaps", "  many"};
    text_ += std::string(depth * 2, ' ') + (c.id.empty() ? "?" : c.id) + "  ";
    text_ += c.start_module ? model::display_module(c.start_module) + "." + shown(c.start_function) + "/" +
                                  (c.start_arity < 0 ? "?" : std::to_string(c.start_arity))
                            : "?";
    if (c.module && c.module != c.start_module) text_ += " runs " + model::display_module(c.module);
    text_ += "  " + shown(c.restart) + " " + (c.shutdown.empty() ? "?" : c.shutdown) + " " + shown(c.type);
    text_ += kPresences[static_cast<int>(c.presence)];
    text_ += c.origin == Origin::kAdded ? "  added later" : "";
    text_ += "\n";
    if (c.tree) tree_text(c.tree, depth + 1);
  }

  const model::Program& program_;
  const Forest& forest_;
  std::set<std::uint32_t> open_;  // the supervisors around the one that is written
  std::string text_;
};

}  // namespace

std::string dump_forest(const model::Program& program, const source::Discovery& discovery, unsigned jobs, bool json) {
  const analysis::Facts facts = analysis::analyse(program, knowledge::Knowledge::embedded(), jobs, &discovery.applications);
  Writer writer(program, analysis::forest_of(program, facts));
  return json ? writer.json() : writer.text();
}

}  // namespace beamwright::app
