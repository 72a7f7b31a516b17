#include "serve/documents.h"

#include <filesystem>
#include <utility>

#include "source/files.h"

namespace beamwright::serve {
namespace {

int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '%' && i + 2 < text.size() && hexadecimal(text[i + 1]) >= 0 && hexadecimal(text[i + 2]) >= 0;
    out += escaped ? static_cast<char>(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2])) : text[i];
    if (escaped) i += 2;
  }
  return out;
}

[[noreturn]] void refuse(std::string_view what) { throw RpcError{kInvalidParams, std::string(what), nullptr}; }

void apply(std::string& text, const Json& change, Encoding encoding) {
  const std::string& replacement = text_at(change, "text");
  const auto range = change.find("range");
  if (range == change.end() || range->is_null()) {
    text = replacement;
    return;
  }
  const Lines lines(text);
  const std::uint32_t begin = lines.offset(read_place(object_at(*range, "start")), encoding);
  const std::uint32_t end = lines.offset(read_place(object_at(*range, "end")), encoding);
  if (end < begin) refuse("a change ends before it begins");
  text.replace(begin, end - begin, replacement);
}

}  // namespace

std::string path_of_uri(std::string_view uri) {
  constexpr std::string_view kScheme = "file://";
  if (!uri.starts_with(kScheme)) return {};
  uri.remove_prefix(kScheme.size());
  const std::size_t slash = uri.find('/');
  if (slash == std::string_view::npos || (slash > 0 && uri.substr(0, slash) != "localhost")) return {};
  const std::string path = decoded(uri.substr(slash));
  if (path.find('\0') != std::string::npos || path.size() > 4096) return {};
  std::error_code error;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, error);
  std::string out = error ? path : real.string();
  while (out.size() > 1 && out.back() == '/') out.pop_back();
  return out;
}

std::string uri_of_path(std::string_view path) {
  std::string out = "file://";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', "0123456789ABCDEF"[byte >> 4], "0123456789ABCDEF"[byte & 15]};
    }
  }
  return out;
}

const std::string& text_at(const Json& object, std::string_view key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_string()) refuse("there is no text " + std::string(key));
  return found->get_ref<const std::string&>();
}

const Json& object_at(const Json& object, std::string_view key) {
  if (!object.is_object() || !object.contains(key) || !object.at(std::string(key)).is_object()) {
    refuse("there is no object " + std::string(key));
  }
  return object.at(std::string(key));
}

Place read_place(const Json& json) {
  const auto number = [&](const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number_unsigned()) refuse("a position has no number " + std::string(key));
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(found->get<std::uint64_t>(), UINT32_MAX));
  };
  if (!json.is_object()) refuse("a position is an object");
  return {number("line"), number("character")};
}

const Document& Documents::open(const Json& params) {
  const Json& item = object_at(params, "textDocument");
  const std::string& uri = text_at(item, "uri");
  const std::string& text = text_at(item, "text");
  if (text.size() > source::kMaxFileBytes) refuse("the document is larger than any source");
  const auto version = item.find("version");
  Document& document = by_uri_[uri];
  document.uri = uri;
  document.path = path_of_uri(uri);
  document.version = version != item.end() && version->is_number_integer() ? version->get<std::int64_t>() : 0;
  document.text = text;
  return document;
}

const Document& Documents::change(const Json& params, Encoding encoding) {
  const Json& item = object_at(params, "textDocument");
  const auto found = by_uri_.find(text_at(item, "uri"));
  if (found == by_uri_.end()) refuse("the document is not open");
  const auto changes = params.find("contentChanges");
  if (changes == params.end() || !changes->is_array()) refuse("there are no contentChanges");
  std::string text = found->second.text;
  for (const Json& change : *changes) apply(text, change, encoding);
  if (text.size() > source::kMaxFileBytes) refuse("the document has become larger than any source");
  found->second.text = std::move(text);
  const auto version = item.find("version");
  if (version != item.end() && version->is_number_integer()) found->second.version = version->get<std::int64_t>();
  return found->second;
}

std::string Documents::close(const Json& params) {
  const auto found = by_uri_.find(text_at(object_at(params, "textDocument"), "uri"));
  if (found == by_uri_.end()) refuse("the document is not open");
  std::string path = found->second.path;
  by_uri_.erase(found);
  return path;
}

const Document* Documents::find(std::string_view uri) const {
  const auto found = by_uri_.find(uri);
  return found == by_uri_.end() ? nullptr : &found->second;
}

const Document* Documents::find_path(std::string_view path) const {
  for (const auto& [uri, document] : by_uri_) {
    if (!path.empty() && document.path == path) return &document;
  }
  return nullptr;
}

}  // namespace beamwright::serve
