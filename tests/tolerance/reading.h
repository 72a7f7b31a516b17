// What the tolerance benchmark wants to know of a text, whichever language it is in: where its tokens are, and which functions it
// defines, each with a number that stands for its tree without the places.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace beamwright::tolerance {

struct Slice {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

struct Definition {
  Slice slice;
  std::uint64_t shape = 0;  // equal for trees that differ in places alone
};

struct Reading {
  std::vector<Definition> definitions;
  bool faultless = false;  // without a diagnostic
};

// A front end of Beamwright, behind what both have in common.
struct FrontEnd {
  const char* name;  // "elixir"
  Reading (*read)(std::string_view text);
  // What a person could leave out, write twice or mix up, in the order of the text. The quotes of a text are two tokens, and what
  // stands between them is none. What changes other functions rightly, such as a macro's definition, is left out.
  std::vector<Slice> (*tokens)(std::string_view text);
};

const FrontEnd& elixir_front_end();
const FrontEnd& erlang_front_end();

// Mixes one more number into a shape.
inline std::uint64_t mix(std::uint64_t shape, std::uint64_t more) {
  shape ^= more + 0x9E3779B97F4A7C15ULL + (shape << 6) + (shape >> 2);
  shape *= 0xBF58476D1CE4E5B9ULL;
  return shape ^ (shape >> 29);
}

std::uint64_t mix(std::uint64_t shape, std::string_view text);

}  // namespace beamwright::tolerance
