// Schoolbook conversion between bases, in steps of nine decimal digits.
#include "erlang/wide_integer.h"

#include <cstdint>

namespace beamwright::erlang {
namespace {

constexpr std::size_t kMostConvertedDigits = 20'000;
constexpr std::uint64_t kLimb = 1'000'000'000;

unsigned value_of(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a' + 10);
}

}  // namespace

bool decimal_digits(std::string_view digits, unsigned base, std::string& decimal) {
  decimal.clear();
  if (base == 10) {
    for (const char c : digits)
      if (c != '_' && !(c == '0' && decimal.empty())) decimal += c;
    return true;
  }
  if (digits.size() > kMostConvertedDigits) return false;
  std::vector<std::uint64_t> limbs{0};
  for (const char c : digits) {
    if (c == '_') continue;
    std::uint64_t carry = value_of(c);
    for (auto& limb : limbs) {
      carry += limb * base;
      limb = carry % kLimb;
      carry /= kLimb;
    }
    if (carry != 0) limbs.push_back(carry);
  }
  decimal = std::to_string(limbs.back());
  for (auto limb = limbs.rbegin() + 1; limb != limbs.rend(); ++limb) {
    const std::string part = std::to_string(*limb);
    decimal.append(9 - part.size(), '0');
    decimal += part;
  }
  return true;
}

std::vector<unsigned char> little_endian_bytes(std::string_view decimal) {
  std::vector<unsigned char> bytes;
  for (const char c : decimal) {
    auto carry = static_cast<unsigned>(c - '0');
    for (auto& byte : bytes) {
      carry += byte * 10u;
      byte = static_cast<unsigned char>(carry & 0xff);
      carry >>= 8;
    }
    if (carry != 0) bytes.push_back(static_cast<unsigned char>(carry));
  }
  return bytes;
}

}  // namespace beamwright::erlang
