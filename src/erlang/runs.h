// How far names and white space go, sixteen bytes at a time where the processor can: names are half of a source's bytes that are
// not comments, and each byte that is looked at by itself costs as much as a whole step here.
#pragma once

#include <bit>
#include <cstddef>

#include "erlang/characters.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace beamwright::erlang {

inline const char* skip_name_bytewise(const char* at, const char* end) {
  while (at < end && is_name_byte(static_cast<unsigned char>(*at))) ++at;
  return at;
}

inline const char* skip_space_bytewise(const char* at, const char* end) {
  while (at < end && is_space_byte(static_cast<unsigned char>(*at))) ++at;
  return at;
}

#if defined(__SSE2__)

inline constexpr std::ptrdiff_t kStep = 16;

// The bits of the bytes for which every bit of the lane is set, lowest first.
inline unsigned lanes(__m128i set) { return static_cast<unsigned>(_mm_movemask_epi8(set)); }

// Bytes from `low` on, `count` of them.
inline __m128i in_range(__m128i bytes, char low, char count) {
  const __m128i shifted = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
  return _mm_cmpeq_epi8(_mm_min_epu8(shifted, _mm_set1_epi8(static_cast<char>(count - 1))), shifted);
}

// The first byte from `at` on that is not part of a name; is_name_byte() for sixteen bytes.
inline const char* skip_name(const char* at, const char* end) {
  while (end - at >= kStep) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i letters = in_range(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 26);
    const __m128i digits = in_range(bytes, '0', 10);
    const __m128i signs = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')), _mm_cmpeq_epi8(bytes, _mm_set1_epi8('@')));
    const unsigned others = ~lanes(_mm_or_si128(_mm_or_si128(letters, digits), signs)) & 0xffffu;
    if (others != 0) return at + std::countr_zero(others);
    at += kStep;
  }
  return skip_name_bytewise(at, end);
}

// The first byte from `at` on that is no white space.
inline const char* skip_space(const char* at, const char* end) {
  while (end - at >= kStep) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i space = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(' ')), bytes);
    const unsigned others = ~lanes(space) & 0xffffu;
    if (others != 0) return at + std::countr_zero(others);
    at += kStep;
  }
  return skip_space_bytewise(at, end);
}

#else

inline const char* skip_name(const char* at, const char* end) { return skip_name_bytewise(at, end); }
inline const char* skip_space(const char* at, const char* end) { return skip_space_bytewise(at, end); }

#endif

}  // namespace beamwright::erlang
