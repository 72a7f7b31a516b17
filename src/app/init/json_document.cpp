// nlohmann's parser decides what is JSON and says where it is not; what follows only finds the places of values in a text that
// it took.
#include "app/init/json_document.h"

#include <nlohmann/json.hpp>

namespace beamwright::app {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kDeepest = 500;

class Places {
 public:
  explicit Places(std::string_view text) : text_(text), at_(text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0) {}

  JsonValue read(std::size_t depth = 0) {
    skip_space();
    JsonValue value;
    value.begin = value.key_begin = at_;
    if (depth >= kDeepest) too_deep_ = true;
    if (too_deep_) return value;
    if (text_[at_] == '{' || text_[at_] == '[') {
      value.kind = text_[at_] == '{' ? JsonValue::Kind::kObject : JsonValue::Kind::kArray;
      read_children(value, depth);
    } else if (text_[at_] == '"') {
      skip_string();
    } else {
      at_ = std::min(text_.find_first_of(" \t\r\n,]}/", at_), text_.size());
    }
    value.end = at_;
    return value;
  }

  bool too_deep() const { return too_deep_; }

 private:
  void read_children(JsonValue& value, std::size_t depth) {
    const char close = text_[at_++] == '{' ? '}' : ']';
    for (skip_space(); !too_deep_ && text_[at_] != close; skip_space()) {
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const std::size_t begin = at_;
      std::string key;
      if (close == '}') {
        skip_string();
        key = nlohmann::json::parse(text_.substr(begin, at_ - begin)).get<std::string>();
        skip_space();
        ++at_;  // the colon
      }
      value.children.push_back(read(depth + 1));
      value.children.back().key = std::move(key);
      value.children.back().key_begin = close == '}' ? begin : value.children.back().begin;
    }
    ++at_;
  }

  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  void skip_space() {
    for (;;) {
      at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
      const std::string_view rest = text_.substr(at_);
      if (rest.starts_with("//")) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (rest.starts_with("/*")) {
        at_ = text_.find("*/", at_ + 2) + 2;
      } else {
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t at_;
  bool too_deep_ = false;
};

}  // namespace

const JsonValue* JsonValue::member(std::string_view name) const {
  if (kind != Kind::kObject) return nullptr;
  for (auto child = children.rbegin(); child != children.rend(); ++child) {
    if (child->key == name) return &*child;
  }
  return nullptr;
}

Result<JsonValue> read_json(std::string_view text, bool comments) {
  try {
    const nlohmann::json checked = nlohmann::json::parse(text, nullptr, true, comments);
    if (checked.is_discarded()) return Error{"line 1: it is no JSON"};
  } catch (const nlohmann::json::parse_error& error) {
    // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax error while parsing …"
    const std::string_view said = error.what();
    const std::size_t place = said.find("line ");
    return Error{std::string(place == std::string_view::npos ? said : said.substr(place))};
  }
  Places places(text);
  JsonValue root = places.read();
  if (places.too_deep()) return Error{"line 1: it is nested too deeply"};
  return root;
}

bool same_json(std::string_view a, std::string_view b) {
  const nlohmann::json first = nlohmann::json::parse(a, nullptr, false, true);
  return !first.is_discarded() && first == nlohmann::json::parse(b, nullptr, false, true);
}

}  // namespace beamwright::app
