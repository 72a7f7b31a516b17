#include "erlang/constant_binary.h"

#include <bit>

#include "erlang/characters.h"

namespace beamwright::erlang {
namespace {

// Of one element, and of a whole binary: a few bytes of source may ask for any size.
constexpr std::int64_t kMostBits = 1 << 20;
constexpr std::size_t kMostBytes = 1 << 20;

struct Format {
  enum class Kind : std::uint8_t { kInteger, kFloat, kUtf8, kOther } kind = Kind::kInteger;
  bool little = false;
  std::int64_t unit = 1;
};

Format format_of(const Node& types) {
  Format format;
  if (types.kind != NodeKind::kSequence) return format;
  for (const Node* type : types.children()) {
    if (type->kind == NodeKind::kBareTuple) {
      format.unit = type->child(1).integer;
      continue;
    }
    const std::string_view name = type->symbol.text();
    if (name == "float") {
      format.kind = Format::Kind::kFloat;
    } else if (name == "utf8") {
      format.kind = Format::Kind::kUtf8;
    } else if (name == "little") {
      format.little = true;
    } else if (name != "integer" && name != "big" && name != "signed" && name != "unsigned") {
      format.kind = Format::Kind::kOther;
    }
  }
  return format;
}

class Writer {
 public:
  void bit(bool value) {
    if (bits_.spare == 0) {
      bits_.bytes += '\0';
      bits_.spare = 8;
    }
    --bits_.spare;
    if (value) bits_.bytes.back() = static_cast<char>(static_cast<unsigned char>(bits_.bytes.back()) | (1u << bits_.spare));
  }
  // The lowest `size` bits of a number; beyond 64 bits its sign goes on.
  void integer(std::int64_t value, std::int64_t size, bool little) {
    const auto bit_of = [value](std::int64_t at) { return ((value >> std::min<std::int64_t>(at, 63)) & 1) != 0; };
    if (!little) {
      for (std::int64_t at = size - 1; at >= 0; --at) bit(bit_of(at));
      return;
    }
    for (std::int64_t low = 0; low < size; low += 8)
      for (std::int64_t at = std::min(low + 8, size) - 1; at >= low; --at) bit(bit_of(at));
  }
  void utf8(std::uint32_t character) {
    std::string bytes;
    append_utf8(character, bytes);
    for (const char byte : bytes) integer(static_cast<unsigned char>(byte), 8, false);
  }
  std::size_t size() const { return bits_.bytes.size(); }
  Bits take() { return std::move(bits_); }

 private:
  Bits bits_;
};

// The size that is written, in bits; -1 where it is no constant.
std::int64_t size_of(const Node& size, const Format& format) {
  if (size.kind == NodeKind::kBareAtom) return format.kind == Format::Kind::kFloat ? 64 : 8;
  if (size.kind != NodeKind::kInteger || size.wide_integer || size.integer < 0 || size.integer > kMostBits) return -1;
  if (format.unit < 1 || format.unit > 256) return -1;
  return size.integer * format.unit;
}

bool write_number(const Node& value, const Format& format, std::int64_t size, Writer& to) {
  const bool whole = (value.kind == NodeKind::kInteger && !value.wide_integer) || value.kind == NodeKind::kChar;
  if (format.kind == Format::Kind::kFloat) {
    if (!whole && value.kind != NodeKind::kFloat) return false;
    const double number = whole ? static_cast<double>(value.integer) : value.floating;
    if (size == 64) {
      to.integer(static_cast<std::int64_t>(std::bit_cast<std::uint64_t>(number)), 64, format.little);
    } else if (size == 32) {
      to.integer(std::bit_cast<std::uint32_t>(static_cast<float>(number)), 32, format.little);
    } else {
      return false;
    }
    return true;
  }
  if (!whole) return false;
  if (format.kind == Format::Kind::kUtf8) {
    to.utf8(static_cast<std::uint32_t>(value.integer));
  } else {
    to.integer(value.integer, size, format.little);
  }
  return true;
}

// -1 and +1 are operations.
Node without_sign(const Node& value) {
  if (value.kind != NodeKind::kOp || value.child_count != 1) return value;
  Node plain = value.child(0);
  if (value.symbol.text() == "+") return plain;
  if (value.symbol.text() != "-" || plain.wide_integer) return value;
  if (plain.kind == NodeKind::kFloat) {
    plain.floating = -plain.floating;
  } else if (plain.kind == NodeKind::kInteger || plain.kind == NodeKind::kChar) {
    plain.integer = -plain.integer;
  } else {
    return value;
  }
  return plain;
}

bool write_element(const Node& element, Writer& to) {
  const Format format = format_of(element.child(2));
  const std::int64_t size = size_of(element.child(1), format);
  if (format.kind == Format::Kind::kOther || size < 0 || size > kMostBits) return false;
  const Node value = without_sign(element.child(0));
  if (value.kind != NodeKind::kString) return write_number(value, format, size, to);
  for (std::size_t at = 0; at < value.text().size();) {
    Node character;
    character.kind = NodeKind::kChar;
    character.integer = decode_utf8(value.text(), at);
    if (!write_number(character, format, size, to)) return false;
  }
  return true;
}

}  // namespace

bool is_literal_binary(const Node& bin) {
  for (const Node* element : bin.child(0).children()) {
    const NodeKind kind = without_sign(element->child(0)).kind;
    if (kind != NodeKind::kInteger && kind != NodeKind::kChar && kind != NodeKind::kFloat && kind != NodeKind::kString)
      return false;
  }
  return true;
}

std::optional<Bits> constant_binary(const Node& bin) {
  Writer writer;
  for (const Node* element : bin.child(0).children())
    if (writer.size() > kMostBytes || !write_element(*element, writer)) return std::nullopt;
  return writer.take();
}

}  // namespace beamwright::erlang
