// Elixir statements that stand for a template, with the place in the file of every byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "elixir/template.h"

namespace beamwright::elixir {

class TemplateCode {
 public:
  TemplateCode(std::string_view text, std::uint32_t begin, std::uint32_t end) : text_(text), at_(begin), end_(end) {}

  // Reads the template; `code` is empty when it holds no Elixir.
  void read(TemplateKind kind);

  std::string take_code() { return std::move(code_); }
  // The place in the file of a byte of the code. Bytes that stand in no file have that of what they were made for: its first
  // byte, or the one past it for `end`.
  std::uint32_t place(std::uint32_t offset, bool end) const;

 private:
  struct Segment {
    std::uint32_t code = 0;  // first byte in the code; the next segment begins where this one ends
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool copied = false;
  };
  struct Slice {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  struct Attribute {
    Slice name;
    Slice value;  // code
  };
  struct Element {
    Slice name;
    std::uint8_t blocks = 0;  // `end`s that its end needs
    bool no_curly = false;    // phx-no-curly-interpolation
  };
  struct Tag {
    Element element;
    std::vector<Attribute> attributes;
    bool closed = false;  // <br/>
  };

  void copy(Slice slice);
  void make(std::string_view code, Slice from);
  void statement(Slice slice);

  char peek(std::uint32_t ahead = 0) const { return at_ + ahead < end_ ? text_[at_ + ahead] : '\0'; }
  bool starts_with(std::string_view what) const { return text_.substr(at_, end_ - at_).starts_with(what); }
  void skip_behind(std::string_view what);
  bool read_eex();
  Slice read_braces();
  void read_comment();
  void read_tag();
  void read_attribute(Tag& tag);
  void open_element(Tag& tag);
  void emit_component(const Tag& tag);
  void read_closing_tag();
  void close_elements(std::size_t keep);
  std::string_view source(Slice slice) const { return text_.substr(slice.begin, slice.end - slice.begin); }

  std::string_view text_;
  std::uint32_t at_;
  std::uint32_t end_;
  std::string code_;
  std::vector<Segment> segments_;
  std::vector<Element> elements_;
};

}  // namespace beamwright::elixir
