// Tags of the external term format; erts' "External Term Format".
#include "erlang/external_terms.h"

#include <bit>

#include "erlang/characters.h"
#include "erlang/wide_integer.h"

namespace beamwright::erlang {
namespace {

enum Tag : unsigned {
  kNewFloat = 70,
  kBitBinary = 77,
  kSmallInteger = 97,
  kInteger = 98,
  kSmallTuple = 104,
  kLargeTuple = 105,
  kNil = 106,
  kString = 107,
  kList = 108,
  kBinary = 109,
  kSmallBig = 110,
  kLargeBig = 111,
  kExport = 113,
  kMap = 116,
  kAtomUtf8 = 118,
  kSmallAtomUtf8 = 119,
};

}  // namespace

void ExternalTerms::big_endian(std::uint64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) byte(static_cast<unsigned>((value >> shift) & 0xff));
}

void ExternalTerms::tuple(std::size_t size) {
  if (size < 256) {
    byte(kSmallTuple);
    byte(static_cast<unsigned>(size));
  } else {
    byte(kLargeTuple);
    big_endian(size, 4);
  }
}

void ExternalTerms::list(std::size_t size) {
  empty_lists_.push_back(size == 0);
  if (size == 0) return;
  byte(kList);
  big_endian(size, 4);
}

void ExternalTerms::end_list() {
  empty_lists_.pop_back();
  byte(kNil);
}

void ExternalTerms::improper(std::size_t size) {
  byte(kList);
  big_endian(size, 4);
}

void ExternalTerms::map(std::size_t size) {
  byte(kMap);
  big_endian(size, 4);
}

void ExternalTerms::atom(std::string_view text) {
  if (text.size() < 256) {
    byte(kSmallAtomUtf8);
    byte(static_cast<unsigned>(text.size()));
  } else {
    byte(kAtomUtf8);
    big_endian(text.size(), 2);
  }
  bytes_ += text;
}

void ExternalTerms::integer(std::int64_t value) {
  if (value >= 0 && value < 256) {
    byte(kSmallInteger);
    byte(static_cast<unsigned>(value));
  } else if (value >= INT32_MIN && value <= INT32_MAX) {
    byte(kInteger);
    big_endian(static_cast<std::uint32_t>(value), 4);
  } else {
    std::uint64_t magnitude = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    std::vector<unsigned char> little_endian;
    for (; magnitude != 0; magnitude >>= 8) little_endian.push_back(static_cast<unsigned char>(magnitude & 0xff));
    big_integer(little_endian, value < 0);
  }
}

void ExternalTerms::wide_integer(std::string_view decimal) {
  const bool negative = decimal.starts_with('-');
  if (negative) decimal.remove_prefix(1);
  big_integer(little_endian_bytes(decimal), negative);
}

void ExternalTerms::big_integer(const std::vector<unsigned char>& little_endian, bool negative) {
  if (little_endian.size() < 256) {
    byte(kSmallBig);
    byte(static_cast<unsigned>(little_endian.size()));
  } else {
    byte(kLargeBig);
    big_endian(little_endian.size(), 4);
  }
  byte(negative ? 1 : 0);
  bytes_.append(little_endian.begin(), little_endian.end());
}

void ExternalTerms::floating(double value) {
  byte(kNewFloat);
  big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

void ExternalTerms::string(std::string_view utf8) {
  std::vector<std::uint32_t> characters;
  bool bytes_only = true;
  for (std::size_t at = 0; at < utf8.size();) {
    characters.push_back(decode_utf8(utf8, at));
    bytes_only = bytes_only && characters.back() < 256;
  }
  if (characters.empty()) return byte(kNil);
  if (bytes_only && characters.size() < 65536) {
    byte(kString);
    big_endian(characters.size(), 2);
    for (const std::uint32_t c : characters) byte(c);
    return;
  }
  byte(kList);
  big_endian(characters.size(), 4);
  for (const std::uint32_t c : characters) integer(c);
  byte(kNil);
}

void ExternalTerms::binary(std::string_view content, unsigned spare) {
  byte(spare == 0 ? kBinary : kBitBinary);
  big_endian(content.size(), 4);
  if (spare != 0) byte(8 - spare);
  bytes_ += content;
}

void ExternalTerms::export_fun(std::string_view module, std::string_view function, std::int64_t arity) {
  byte(kExport);
  atom(module);
  atom(function);
  integer(arity);
}

}  // namespace beamwright::erlang
