// An entry of an array is known by the command it runs, a member by its name.
#include "app/init/json_entries.h"

#include <algorithm>

#include "app/init/json_edit.h"

namespace beamwright::app {
namespace {

constexpr std::string_view kCommand = "beamwright hook";

std::vector<std::string> keys(std::string_view way) {
  std::vector<std::string> all;
  while (!way.empty()) {
    const std::size_t end = std::min(way.find('/'), way.size());
    all.emplace_back(way.substr(0, end));
    way.remove_prefix(std::min(end + 1, way.size()));
  }
  return all;
}

using Indices = std::vector<std::size_t>;

// The container at the end of a way and how to get there; null where the way ends before.
const JsonValue* container_of(const JsonValue& root, std::string_view way, Indices& indices) {
  const JsonValue* at = &root;
  for (const std::string& key : keys(way)) {
    const JsonValue* next = at->member(key);
    if (!next) return nullptr;
    indices.push_back(static_cast<std::size_t>(next - at->children.data()));
    at = next;
  }
  return at;
}

std::string_view text_of(std::string_view text, const JsonValue& value) {
  return text.substr(value.begin, value.end - value.begin);
}

bool runs_us(std::string_view text) { return text.find(kCommand) != std::string_view::npos; }

// The entry in a text, whatever its owner made of it.
struct Found {
  Indices indices;
  bool ours = false;  // it says what was put in
};

// A group of hooks whose owner put further ones beside ours: ours alone, which is the command without its group.
std::optional<Found> find_in_group(std::string_view text, const JsonValue& group, Indices indices, const JsonEntry& entry) {
  const JsonValue* hooks = group.member("hooks");
  if (!hooks) return std::nullopt;
  indices.push_back(static_cast<std::size_t>(hooks - group.children.data()));
  const Result<JsonValue> wanted = read_json(entry.value);
  const JsonValue* ours = wanted ? wanted->member("hooks") : nullptr;
  if (!ours || ours->children.empty()) return std::nullopt;
  for (std::size_t i = 0; i < hooks->children.size(); ++i) {
    if (!same_json(text_of(text, hooks->children[i]), text_of(entry.value, ours->children.front()))) continue;
    indices.push_back(i);
    return Found{indices, true};
  }
  return std::nullopt;
}

std::optional<Found> find_entry(std::string_view text, const JsonValue& root, const JsonEntry& entry) {
  Indices way;
  const JsonValue* container = container_of(root, entry.way, way);
  if (!container) return std::nullopt;
  std::optional<Found> found;
  for (std::size_t i = 0; i < container->children.size(); ++i) {
    const JsonValue& child = container->children[i];
    const std::string_view said = text_of(text, child);
    if (entry.name.empty() ? !runs_us(said) : child.key != entry.name) continue;
    Found here{way, same_json(said, entry.value)};
    here.indices.push_back(i);
    if (!here.ours) {
      if (auto inner = find_in_group(text, child, here.indices, entry)) here = *inner;
    }
    if (!found || here.ours) found = here;
  }
  return found;
}

}  // namespace

Result<Edited> put_entries(const std::optional<std::string>& before, const std::vector<JsonEntry>& entries) {
  std::optional<std::string> text = before;
  for (const JsonEntry& entry : entries) {
    std::optional<JsonValue> root;
    if (text) {
      Result<JsonValue> read = read_json(*text, entry.comments);
      if (!read) return Error{read.error()};
      root = std::move(*read);
      if (find_entry(*text, *root, entry)) continue;
    }
    Result<std::string> put = insert_json(text, root ? &*root : nullptr, keys(entry.way), entry.name, entry.value);
    if (!put) return Error{put.error()};
    text = std::move(*put);
  }
  return Edited{text, {}};
}

Result<Edited> take_entries(const std::optional<std::string>& before, const std::vector<JsonEntry>& entries) {
  Edited edited{before, {}};
  // What was put in last goes first, so that what was made around it goes with the last of them.
  for (auto entry = entries.rbegin(); entry != entries.rend() && edited.text; ++entry) {
    const Result<JsonValue> root = read_json(*edited.text, entry->comments);
    if (!root) return Error{root.error()};
    const std::optional<Found> found = find_entry(*edited.text, *root, *entry);
    if (!found) continue;
    // A plain value, such as the version of a file's format, is needed by whatever else stands there.
    const bool alone = root->children.size() == 1;
    if (entry->way.empty() && !alone) continue;
    if (found->ours) {
      edited.text = remove_json(*edited.text, *root, found->indices);
    } else {
      edited.note = "an entry was changed since beamwright init wrote it";
    }
  }
  return edited;
}

}  // namespace beamwright::app
