// What a name means at a place of an Elixir file: the aliases in force there and the module attributes set so far. Both are
// lexical, so they are kept on a stack that every block takes back to where it found it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/symbol.h"

namespace beamwright::lower {

// A stack of names in which the newest row of a name is found without looking at the others.
template <typename Value>
class ScopedNames {
 public:
  std::size_t mark() const { return rows_.size(); }

  void add(Symbol name, Value value) {
    std::uint32_t& newest = newest_[bucket(name)];
    rows_.push_back({name, newest, value});
    newest = static_cast<std::uint32_t>(rows_.size());
  }

  // The newest row of that name among those from the mark `from` on and before the mark `until`: the mark before which it
  // was added, plus one. 0 when there is none.
  std::size_t find(Symbol name, std::size_t from = 0, std::size_t until = SIZE_MAX) const {
    for (std::uint32_t at = newest_[bucket(name)]; at > from; at = rows_[at - 1].older) {
      if (at <= until && rows_[at - 1].name == name) return at;
    }
    return 0;
  }
  const Value& at(std::size_t found) const { return rows_[found - 1].value; }

  void forget(std::size_t mark) {
    while (rows_.size() > mark) {
      newest_[bucket(rows_.back().name)] = rows_.back().older;
      rows_.pop_back();
    }
  }

 private:
  struct Row {
    Symbol name;
    std::uint32_t older;  // the row before it in its bucket, plus one
    Value value;
  };
  static constexpr std::size_t kBuckets = 64;
  static std::size_t bucket(Symbol name) { return name.index % kBuckets; }

  std::vector<Row> rows_;
  std::array<std::uint32_t, kBuckets> newest_{};  // number of a row, plus one
};

// Puts module names together the way Module.concat/2 does: atoms with "Elixir." in front and dots between.
class ModuleNames {
 public:
  // Foo → Elixir.Foo
  Symbol absolute(Symbol segment);
  // Elixir.Foo, Bar → Elixir.Foo.Bar
  Symbol join(Symbol module, Symbol segment);
  // Elixir.Foo, Elixir.Bar.Baz → Elixir.Foo.Bar.Baz
  Symbol concat(Symbol module, Symbol other);
  // Elixir.Foo.Bar → Bar: what `alias Foo.Bar` makes it known as. Unset for an atom that is no Elixir module.
  static Symbol last_segment(Symbol module);

 private:
  struct Cached {
    Symbol segment;
    Symbol module;
  };
  std::array<Cached, 128> cache_{};  // most modules of a file are named again and again
  std::string buffer_;
};

}  // namespace beamwright::lower
