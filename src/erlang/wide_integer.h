// Integers that do not fit 64 bits, as decimal digits.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace beamwright::erlang {

// Writes the decimal digits of an integer given in another base; underscores are skipped. False when it has more digits than we
// are ready to convert: the conversion takes quadratic time.
bool decimal_digits(std::string_view digits, unsigned base, std::string& decimal);
// The bytes of a decimal integer, least significant first.
std::vector<unsigned char> little_endian_bytes(std::string_view decimal);

}  // namespace beamwright::erlang
