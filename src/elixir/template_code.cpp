// Walks over a template and writes its Elixir out. The markup follows Phoenix.LiveView.Tokenizer, the rest EEx.Compiler.
#include "elixir/template_code.h"

#include <algorithm>

#include "elixir/characters.h"

namespace beamwright::elixir {
namespace {

bool is_space(char c) { return is_class(c, kCharSpace); }

bool is_void(std::string_view name) {
  static constexpr std::string_view kNames[] = {"area",  "base", "br",   "col",   "embed",  "hr",    "img",
                                                "input", "link", "meta", "param", "source", "track", "wbr"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// A function component: <.local> or <Remote.component>.
bool is_component(std::string_view name) { return name.starts_with('.') || is_class(name[0], kCharUpper); }

}  // namespace

void TemplateCode::copy(Slice slice) {
  segments_.push_back({static_cast<std::uint32_t>(code_.size()), slice.begin, slice.end, true});
  code_ += source(slice);
}

void TemplateCode::make(std::string_view code, Slice from) {
  segments_.push_back({static_cast<std::uint32_t>(code_.size()), from.begin, from.end, false});
  code_ += code;
}

void TemplateCode::statement(Slice slice) {
  if (slice.end <= slice.begin) return;
  copy(slice);
  make("\n", {slice.end, slice.end});
}

std::uint32_t TemplateCode::place(std::uint32_t offset, bool end) const {
  const std::uint32_t byte = end && offset > 0 ? offset - 1 : offset;
  const auto next = std::upper_bound(segments_.begin(), segments_.end(), byte,
                                     [](std::uint32_t at, const Segment& segment) { return at < segment.code; });
  const Segment& segment = next == segments_.begin() ? *next : *(next - 1);
  if (!segment.copied) return end ? segment.end : segment.begin;
  return std::min(segment.begin + (offset - segment.code), segment.end);
}

void TemplateCode::skip_behind(std::string_view what) {
  const std::size_t found = text_.substr(0, end_).find(what, at_);
  at_ = found == std::string_view::npos ? end_ : static_cast<std::uint32_t>(found + what.size());
}

// At "<%": false where there is none.
bool TemplateCode::read_eex() {
  if (!starts_with("<%")) return false;
  if (starts_with("<%!--")) {
    skip_behind("--%>");
    return true;
  }
  const char mark = peek(2);
  Slice code{at_ + (mark == '=' || mark == '|' || mark == '/' ? 3u : 2u), 0};
  skip_behind("%>");
  code.end = at_ >= code.begin + 2 && text_.substr(at_ - 2, 2) == "%>" ? at_ - 2 : at_;
  if (mark != '#' && mark != '%') statement(code);
  return true;
}

// At "{": the code up to the brace that closes it.
TemplateCode::Slice TemplateCode::read_braces() {
  const std::uint32_t begin = ++at_;
  int depth = 1;
  for (; at_ < end_; ++at_) {
    if (text_[at_] == '{') ++depth;
    if (text_[at_] == '}' && --depth == 0) return {begin, at_++};
  }
  return {begin, end_};
}

// At "<!--": markup is none in a comment, but EEx is.
void TemplateCode::read_comment() {
  while (at_ < end_ && !starts_with("-->")) {
    if (!read_eex()) ++at_;
  }
}

void TemplateCode::read(TemplateKind kind) {
  const bool markup = kind == TemplateKind::kHeex;
  while (at_ < end_) {
    if (read_eex()) continue;
    if (!markup) {
      ++at_;
      continue;
    }
    const char next = peek(1);
    if (peek() == '<' && (is_letter(next) || next == '.' || next == ':')) {
      read_tag();
    } else if (starts_with("<!--")) {
      read_comment();
    } else if (starts_with("</")) {
      read_closing_tag();
    } else if (peek() == '{' && (elements_.empty() || !elements_.back().no_curly)) {
      statement(read_braces());
    } else {
      ++at_;
    }
  }
  close_elements(0);
}

void TemplateCode::read_tag() {
  Tag tag;
  tag.element.no_curly = !elements_.empty() && elements_.back().no_curly;
  tag.element.name.begin = ++at_;
  while (at_ < end_ && !is_space(peek()) && peek() != '>' && peek() != '/' && peek() != '{') ++at_;
  tag.element.name.end = at_;
  while (at_ < end_ && peek() != '>') {
    if (peek() == '/' && peek(1) == '>') {
      tag.closed = true;
      ++at_;
    } else if (is_space(peek()) || peek() == '/') {
      ++at_;
    } else if (!read_eex()) {
      read_attribute(tag);
    }
  }
  ++at_;
  open_element(tag);
}

// name, name="text", name={code} or {code}; at its first character, which is neither a space nor the end of the tag.
void TemplateCode::read_attribute(Tag& tag) {
  Attribute attribute;
  if (peek() == '{') {
    attribute.value = read_braces();
    tag.attributes.push_back(attribute);
    return;
  }
  attribute.name.begin = at_++;
  while (at_ < end_ && !is_space(peek()) && peek() != '=' && peek() != '>' && peek() != '/' && peek() != '{') ++at_;
  attribute.name.end = at_;
  if (source(attribute.name) == "phx-no-curly-interpolation") tag.element.no_curly = true;
  while (is_space(peek())) ++at_;
  if (peek() != '=') return;
  ++at_;
  while (is_space(peek())) ++at_;
  const char quote = peek();
  if (quote == '{') {
    attribute.value = read_braces();
    tag.attributes.push_back(attribute);
  } else if (quote == '"' || quote == '\'') {
    ++at_;
    skip_behind(std::string_view(&quote, 1));
  }
}

void TemplateCode::open_element(Tag& tag) {
  const std::string_view name = source(tag.element.name);
  for (const std::string_view block : {":for", ":if"}) {
    for (const Attribute& attribute : tag.attributes) {
      if (source(attribute.name) != block) continue;
      make(block.substr(1), attribute.name);
      make(" ", attribute.name);
      copy(attribute.value);
      make(" do\n", attribute.value);
      ++tag.element.blocks;
    }
  }
  const bool component = !name.empty() && is_component(name);
  if (component) {
    emit_component(tag);
  } else {
    for (const Attribute& attribute : tag.attributes)
      if (!source(attribute.name).starts_with(':')) statement(attribute.value);
  }
  for (const Attribute& attribute : tag.attributes) {
    if (source(attribute.name) != ":let") continue;
    copy(attribute.value);
    make(" = assigns\n", attribute.value);
  }
  elements_.push_back(tag.element);
  if (tag.closed || is_void(name)) return close_elements(elements_.size() - 1);
  if (name == "script" || name == "style") elements_.back().no_curly = true;
}

// <.button kind={x} {@rest}> is button(%{kind: x}), with @rest before it.
void TemplateCode::emit_component(const Tag& tag) {
  Slice name = tag.element.name;
  if (text_[name.begin] == '.') ++name.begin;
  if (name.begin == name.end) return;
  for (const Attribute& attribute : tag.attributes)
    if (attribute.name.end == 0) statement(attribute.value);
  copy(name);
  make("(%{", name);
  for (const Attribute& attribute : tag.attributes) {
    const std::string_view key = source(attribute.name);
    if (key.empty() || key[0] == ':' || attribute.value.end <= attribute.value.begin) continue;
    if (key.find_first_of("\"\\#") != std::string_view::npos) continue;
    make("\"", attribute.name);
    copy(attribute.name);
    make("\":", attribute.name);
    make(" (", {attribute.value.begin, attribute.value.begin});
    copy(attribute.value);
    make("\n), ", {attribute.value.end, attribute.value.end});
  }
  make("})\n", name);
}

void TemplateCode::read_closing_tag() {
  at_ += 2;
  const std::uint32_t begin = at_;
  skip_behind(">");
  std::uint32_t end = begin;
  while (end < at_ && !is_space(text_[end]) && text_[end] != '>') ++end;
  const std::string_view name = source({begin, end});
  // An end without its begin is none.
  for (std::size_t i = elements_.size(); i-- > 0;)
    if (source(elements_[i].name) == name) return close_elements(i);
}

void TemplateCode::close_elements(std::size_t keep) {
  while (elements_.size() > keep) {
    for (int i = 0; i < elements_.back().blocks; ++i) make("end\n", {at_, at_});
    elements_.pop_back();
  }
}

}  // namespace beamwright::elixir
