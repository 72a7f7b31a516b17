// An object or array that was empty before something was put into it must stay when that is taken out again. What tells it from
// one that was made here is the byte behind its opening bracket: white space in those made here, the entry itself in the others.
#include "app/init/json_edit.h"

#include <nlohmann/json.hpp>

namespace beamwright::app {
namespace {

using Kind = JsonValue::Kind;
using nlohmann::ordered_json;

// How a text is laid out.
struct Layout {
  std::string line_end = "\n";
  std::string step = "  ";
};

// The white space in front of a place when nothing else stands before it on its line.
std::optional<std::string_view> indentation(std::string_view text, std::size_t place) {
  const std::size_t line = text.substr(0, place).find_last_of('\n');
  if (line == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(line + 1, place - line - 1);
  if (before.find_first_not_of(" \t") != std::string_view::npos) return std::nullopt;
  return before;
}

Layout layout_of(std::string_view text, const JsonValue& root) {
  Layout layout;
  if (text.find("\r\n") != std::string_view::npos) layout.line_end = "\r\n";
  if (root.children.empty()) return layout;
  const auto step = indentation(text, root.children.front().key_begin);
  if (step && !step->empty()) layout.step = *step;
  return layout;
}

bool is_container(const ordered_json& value) { return value.is_structured() && !value.empty(); }

// Over several lines; lists of plain values stay in one.
void write_tall(const ordered_json& value, const Layout& layout, const std::string& indent, std::string& out) {
  bool flat = !is_container(value);
  if (value.is_array()) {
    flat = true;
    for (const ordered_json& each : value) flat = flat && !each.is_structured();
  }
  if (flat) {
    std::string text = value.dump();
    for (std::size_t at = 0; value.is_array() && (at = text.find("\",\"", at)) != std::string::npos; at += 3)
      text.insert(at + 2, " ");
    out += text;
    return;
  }
  const std::string deeper = indent + layout.step;
  out += value.is_object() ? "{" : "[";
  bool first = true;
  for (const auto& [key, each] : value.items()) {
    out += (first ? "" : ",") + layout.line_end + deeper;
    if (value.is_object()) out += ordered_json(key).dump() + ": ";
    write_tall(each, layout, deeper, out);
    first = false;
  }
  out += layout.line_end + indent + (value.is_object() ? "}" : "]");
}

// On one line, with a space behind each opening bracket.
void write_flat(const ordered_json& value, std::string& out) {
  if (!is_container(value)) {
    out += value.dump();
    return;
  }
  out += value.is_object() ? "{ " : "[ ";
  bool first = true;
  for (const auto& [key, each] : value.items()) {
    out += first ? "" : ", ";
    if (value.is_object()) out += ordered_json(key).dump() + ": ";
    write_flat(each, out);
    first = false;
  }
  out += value.is_object() ? " }" : " ]";
}

std::string with_name(std::string_view name, const std::string& text) {
  return name.empty() ? text : ordered_json(std::string(name)).dump() + ": " + text;
}

std::string appended(std::string_view text, const JsonValue& root, const JsonValue& container, std::string_view name,
                     const ordered_json& value) {
  const Layout layout = layout_of(text, root);
  std::string added;
  std::size_t place = container.begin + 1;
  if (container.children.empty()) {
    write_flat(value, added);
    added = with_name(name, added);
  } else {
    const JsonValue& last = container.children.back();
    place = last.end;
    if (const auto indent = indentation(text, last.key_begin)) {
      write_tall(value, layout, std::string(*indent), added);
      added = "," + layout.line_end + std::string(*indent) + with_name(name, added);
    } else {
      write_flat(value, added);
      added = ", " + with_name(name, added);
    }
  }
  return std::string(text.substr(0, place)) + added + std::string(text.substr(place));
}

}  // namespace

Result<std::string> insert_json(std::optional<std::string_view> text, const JsonValue* root, const std::vector<std::string>& way,
                                std::string_view name, std::string_view value) {
  ordered_json made = ordered_json::parse(value);
  std::string wanted(name);
  // From the end of the way back to what is there already, a container is made around what is to be put in.
  const auto wrap = [&](const std::string& key) {
    ordered_json around = wanted.empty() ? ordered_json::array() : ordered_json::object();
    wanted.empty() ? around.push_back(std::move(made)) : void(around[wanted] = std::move(made));
    made = std::move(around);
    wanted = key;
  };
  std::size_t there = 0;
  const JsonValue* container = root;
  while (container && there < way.size()) {
    const JsonValue* next = container->member(way[there]);
    if (container->kind != Kind::kObject || !next) break;
    container = next;
    ++there;
  }
  for (std::size_t i = way.size(); i > there; --i) wrap(way[i - 1]);
  if (!text || !container) {
    wrap("");
    std::string out;
    write_tall(made, {}, "", out);
    return out + "\n";
  }
  if (container->kind != (wanted.empty() ? Kind::kArray : Kind::kObject)) {
    std::string where = "the root";
    for (std::size_t i = 0; i < there; ++i) where = (i == 0 ? "" : where + ".") + way[i];
    return Error{where + " is no " + (wanted.empty() ? "array" : "object")};
  }
  return appended(*text, *root, *container, wanted, made);
}

std::optional<std::string> remove_json(std::string_view text, const JsonValue& root, const std::vector<std::size_t>& child) {
  std::vector<const JsonValue*> way{&root};
  for (const std::size_t index : child) way.push_back(&way.back()->children[index]);
  for (std::size_t depth = child.size(); depth > 0; --depth) {
    const JsonValue& container = *way[depth - 1];
    const JsonValue& gone = *way[depth];
    const std::size_t index = child[depth - 1];
    std::size_t begin = gone.key_begin, end = gone.end;
    if (container.children.size() == 1) {
      const bool made_here = gone.key_begin > container.begin + 1;
      if (made_here && depth > 1) continue;
      if (made_here) return std::nullopt;
    } else if (index + 1 < container.children.size()) {
      end = container.children[index + 1].key_begin;
    } else {
      begin = container.children[index - 1].end;
    }
    return std::string(text.substr(0, begin)) + std::string(text.substr(end));
  }
  return std::nullopt;
}

}  // namespace beamwright::app
