// Interned text. Atoms, variable and function names of both languages are Symbols: four bytes, compared by number. An Elixir
// module is the atom it is on the VM ("Elixir.Shop.Cart"); see model/names.h for how it is shown to people.
//
// The interner is one for the process and safe to use from all threads. The number of a Symbol depends on which thread came
// first: never order output by it, order by text().
//
// Names stay until the process ends: they are few and come again. The long texts of string literals would fill the memory of a
// server whose user edits one: they are kept by whoever holds a KeptText, which is the unit of their file.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

namespace beamwright {

struct Symbol {
  std::uint32_t index = 0;  // 0 is the empty text

  constexpr Symbol() = default;
  constexpr explicit Symbol(std::uint32_t value) : index(value) {}
  constexpr bool operator==(const Symbol&) const = default;
  constexpr explicit operator bool() const { return index != 0; }

  std::string_view text() const;
};

// The symbol of a text; equal texts give equal symbols. Amortised one hash and one compare.
Symbol intern(std::string_view text);

// Texts of more bytes than these can be given back. Of shorter ones there is less to give back than it costs to count their
// users.
inline constexpr std::size_t kLongText = 64;

// A hold on the symbol of a text: the same symbol as intern() gives. When the last hold on a long text goes, its memory is given
// back, unless somebody has interned it; the symbol's number is never given to another text, and its text() is empty from then
// on.
class KeptText {
 public:
  explicit KeptText(std::string_view text);
  KeptText(KeptText&& other) noexcept : symbol_(std::exchange(other.symbol_, Symbol())) {}
  KeptText& operator=(KeptText&& other) noexcept {
    std::swap(symbol_, other.symbol_);
    return *this;
  }
  ~KeptText();

  Symbol symbol() const { return symbol_; }

 private:
  Symbol symbol_;
};

// Names that code asks for by name, with numbers fixed at compile time, so that `switch (symbol.index)` and `==` cost nothing:
// sym::handle_call, sym::Elixir_GenServer.
namespace sym {
enum : std::uint32_t {
  kEmptyIndex = 0,
#define BW_SYMBOL(name, text) name##_index,
#include "base/symbols.inc"
#undef BW_SYMBOL
  kCount
};
#define BW_SYMBOL(name, text) inline constexpr Symbol name{name##_index};
#include "base/symbols.inc"
#undef BW_SYMBOL
}  // namespace sym

}  // namespace beamwright

template <>
struct std::hash<beamwright::Symbol> {
  std::size_t operator()(beamwright::Symbol s) const noexcept { return s.index * 0x9E3779B97F4A7C15ull; }
};
