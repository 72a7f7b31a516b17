// The quoted form of a tree, with lines and columns as the compiler counts them.
#include "elixir/quoted_writer.h"

#include <algorithm>
#include <cstring>

#include "elixir/characters.h"

namespace beamwright::elixir {
namespace {

class Writer {
 public:
  Writer(const Tree& tree, std::string_view text, TermSink& sink, bool encode)
      : tree_(tree), lines_(text), sink_(sink), encode_(encode) {}

  void write(const Node& node) {
    if (!encode_ || !node.literal) return write_plain(node);
    sink_.open_tuple(3);
    sink_.atom("__block__");
    meta(node);
    sink_.open_list(1);
    write_plain(node);
    sink_.close_list();
    sink_.close_tuple();
  }

 private:
  void write_plain(const Node& node) {
    switch (node.kind) {
      case NodeKind::kInteger:
        return node.wide_integer ? sink_.wide_integer(node.text()) : sink_.integer(node.integer);
      case NodeKind::kFloat:
        return sink_.floating(node.floating);
      case NodeKind::kAtom:
        return sink_.atom(node.symbol.text());
      case NodeKind::kBinary:
        return sink_.binary(node.text());
      case NodeKind::kCharlist:
        return charlist(node.text());
      case NodeKind::kList:
        return list(node);
      case NodeKind::kPair:
        sink_.open_tuple(2);
        write(node.child(0));
        write(node.child(1));
        return sink_.close_tuple();
      case NodeKind::kVariable:
      case NodeKind::kCall:
      case NodeKind::kCallOn:
        return call(node);
    }
  }

  void list(const Node& node) {
    sink_.open_list(node.child_count);
    for (const Node* child : node.children()) write(*child);
    sink_.close_list();
  }

  void charlist(std::string_view text) {
    std::vector<std::uint32_t> points;
    for (std::size_t at = 0; at < text.size();) {
      std::uint32_t length = 0;
      points.push_back(decode_character(text.data() + at, text.size() - at, length));
      at += length;
    }
    sink_.open_list(points.size());
    for (const std::uint32_t point : points) sink_.integer(point);
    sink_.close_list();
  }

  void call(const Node& node) {
    sink_.open_tuple(3);
    if (node.kind == NodeKind::kCallOn) {
      write(*node.callee);
    } else {
      sink_.atom(node.symbol.text());
    }
    meta(node);
    if (node.kind == NodeKind::kVariable) {
      sink_.atom("nil");
    } else {
      list(node);
    }
    sink_.close_tuple();
  }

  static bool is_part(MetaKey key) {
    return key == MetaKey::kEndOfExpressionNewlines || key == MetaKey::kParensEnd || key == MetaKey::kParensEndFirst;
  }

  void meta(const Node& node) {
    std::size_t size = node.placeless ? 0 : 2;
    for (const Meta& one : node.meta()) size += is_part(one.key) ? 0 : one.key == MetaKey::kPlace ? 2 : 1;
    sink_.open_list(size);
    const std::span<const Meta> all = node.meta();
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (is_part(all[i].key)) continue;
      one_meta(all[i], i + 1 < all.size() && is_part(all[i + 1].key) ? &all[i + 1] : nullptr);
    }
    if (!node.placeless) place(node.offset);
    sink_.close_list();
  }

  void one_meta(const Meta& meta, const Meta* part) {
    switch (meta.key) {
      case MetaKey::kDo:
        return place_key("do", meta.value, nullptr);
      case MetaKey::kEnd:
        return place_key("end", meta.value, nullptr);
      case MetaKey::kClosing:
        return place_key("closing", meta.value, nullptr);
      case MetaKey::kLast:
        return place_key("last", meta.value, nullptr);
      case MetaKey::kAssoc:
        return place_key("assoc", meta.value, nullptr);
      case MetaKey::kEndOfExpression:
        return place_key("end_of_expression", meta.value, part);
      case MetaKey::kParens:
        return place_key("parens", meta.value, part);
      case MetaKey::kPlace:
        return place(meta.value);
      case MetaKey::kNewlines:
        return number("newlines", meta.value);
      case MetaKey::kIndentation:
        return number("indentation", meta.value);
      case MetaKey::kFromBrackets:
        return name("from_brackets", "true");
      case MetaKey::kFromInterpolation:
        return name("from_interpolation", "true");
      case MetaKey::kNoParens:
        return name("no_parens", "true");
      case MetaKey::kAmbiguousOp:
        return name("ambiguous_op", "nil");
      case MetaKey::kFormat:
        return name("format", Symbol(meta.value).text());
      case MetaKey::kDelimiter:
        return text("delimiter", Symbol(meta.value).text());
      case MetaKey::kToken:
        return text("token", Symbol(meta.value).text());
      case MetaKey::kEndOfExpressionNewlines:
      case MetaKey::kParensEnd:
      case MetaKey::kParensEndFirst:
        return;
    }
  }

  void place(std::uint32_t offset) {
    source::Position position = lines_.position(offset);
    std::int64_t column = static_cast<std::int64_t>(position.column) + shift(offset, position.line);
    if (tree_.uncounted_lines.empty()) return line_and_column(position.line, column);
    const auto& uncounted = tree_.uncounted_lines;
    auto before = std::lower_bound(uncounted.begin(), uncounted.end(), offset);
    const auto lines = static_cast<std::uint32_t>(before - uncounted.begin());
    std::uint32_t line = position.line;
    // The line end itself is a column.
    for (; before != uncounted.begin() && *(before - 1) + 1 == lines_.line_start(line); --before, --line) {
      const std::uint32_t end = *(before - 1);
      column += static_cast<std::int64_t>(lines_.position(end).column) + shift(end, line - 1);
    }
    line_and_column(position.line - lines, column);
  }

  void line_and_column(std::uint32_t line, std::int64_t column) {
    number("line", line);
    number("column", column);
  }

  // What the compiler's column differs from the number of code points.
  std::int64_t shift(std::uint32_t offset, std::uint32_t line) const {
    std::int64_t sum = 0;
    const std::uint32_t start = lines_.line_start(line);
    auto found = std::lower_bound(tree_.column_shifts.begin(), tree_.column_shifts.end(), start,
                                  [](const ColumnShift& one, std::uint32_t at) { return one.offset < at; });
    for (; found != tree_.column_shifts.end() && found->offset <= offset; ++found) sum += found->shift;
    return sum;
  }

  void place_key(std::string_view key, std::uint32_t offset, const Meta* part) {
    const bool newlines = part != nullptr && part->key == MetaKey::kEndOfExpressionNewlines;
    const bool first = part != nullptr && part->key == MetaKey::kParensEndFirst;
    const bool last = part != nullptr && part->key == MetaKey::kParensEnd;
    sink_.open_tuple(2);
    sink_.atom(key);
    sink_.open_list(newlines || first || last ? 3 : 2);
    if (newlines) number("newlines", part->value);
    if (first) place_key("closing", part->value, nullptr);
    place(offset);
    if (last) place_key("closing", part->value, nullptr);
    sink_.close_list();
    sink_.close_tuple();
  }

  void number(std::string_view key, std::int64_t value) {
    sink_.open_tuple(2);
    sink_.atom(key);
    sink_.integer(value);
    sink_.close_tuple();
  }
  void name(std::string_view key, std::string_view value) {
    sink_.open_tuple(2);
    sink_.atom(key);
    sink_.atom(value);
    sink_.close_tuple();
  }
  void text(std::string_view key, std::string_view value) {
    sink_.open_tuple(2);
    sink_.atom(key);
    sink_.binary(value);
    sink_.close_tuple();
  }

  const Tree& tree_;
  source::LineIndex lines_;
  TermSink& sink_;
  const bool encode_;
};

// Erlang's external term format: erts/doc/src/erl_ext_dist.xml.
class ExternalTerms : public TermSink {
 public:
  std::string take() { return std::move(out_); }

  void integer(std::int64_t value) override {
    if (value >= 0 && value < 256) {
      byte(97), byte(static_cast<std::uint32_t>(value));
    } else if (value >= INT32_MIN && value <= INT32_MAX) {
      byte(98), word(static_cast<std::uint32_t>(value));
    } else {
      auto magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
      byte(110), byte(8), byte(value < 0 ? 1 : 0);
      for (int i = 0; i < 8; ++i, magnitude >>= 8) byte(static_cast<std::uint32_t>(magnitude & 0xFF));
    }
  }
  void wide_integer(std::string_view digits) override {
    std::string bytes;  // least first
    for (const char c : digits) {
      std::uint32_t carry = static_cast<std::uint32_t>(c - '0');
      for (char& b : bytes) {
        carry += static_cast<std::uint32_t>(static_cast<unsigned char>(b)) * 10;
        b = static_cast<char>(carry & 0xFF);
        carry >>= 8;
      }
      if (carry != 0) bytes.push_back(static_cast<char>(carry));
    }
    byte(111), word(static_cast<std::uint32_t>(bytes.size())), byte(0);
    out_ += bytes;
  }
  void floating(double value) override {
    std::uint64_t bits;
    static_assert(sizeof bits == sizeof value);
    std::memcpy(&bits, &value, sizeof bits);
    byte(70), word(static_cast<std::uint32_t>(bits >> 32)), word(static_cast<std::uint32_t>(bits));
  }
  void atom(std::string_view name) override {
    if (name.size() < 256) {
      byte(119), byte(static_cast<std::uint32_t>(name.size()));
    } else {
      byte(118), byte(static_cast<std::uint32_t>(name.size() >> 8)), byte(static_cast<std::uint32_t>(name.size()));
    }
    out_ += name;
  }
  void binary(std::string_view bytes) override {
    byte(109), word(static_cast<std::uint32_t>(bytes.size()));
    out_ += bytes;
  }
  void open_tuple(std::size_t size) override { byte(104), byte(static_cast<std::uint32_t>(size)); }
  void close_tuple() override {}
  void open_list(std::size_t size) override {
    sizes_.push_back(size);
    if (size > 0) byte(108), word(static_cast<std::uint32_t>(size));
  }
  void close_list() override {
    byte(106);
    sizes_.pop_back();
  }

 private:
  void byte(std::uint32_t value) { out_.push_back(static_cast<char>(value)); }
  void word(std::uint32_t value) { byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value); }

  std::string out_{"\x83"};
  std::vector<std::size_t> sizes_;
};

}  // namespace

void write_quoted(const Tree& tree, std::string_view text, TermSink& sink) {
  Writer(tree, text, sink, tree.literal_metadata).write(*tree.root);
}

std::string external_term(const Tree& tree, std::string_view text) {
  ExternalTerms sink;
  write_quoted(tree, text, sink);
  return sink.take();
}

}  // namespace beamwright::elixir
