// The result of an operation that the world outside can make fail: I/O, configuration, protocols. Broken user code is not an
// error but data (see source/diagnostic.h); a broken invariant of ours is an exception (see base/invariant.h).
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace beamwright {

// A sentence for the user: what failed, where, and why.
struct Error {
  std::string message;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  Result(Error error) : value_(std::move(error)) {}

  explicit operator bool() const { return std::holds_alternative<T>(value_); }
  T& operator*() { return std::get<T>(value_); }
  const T& operator*() const { return std::get<T>(value_); }
  T* operator->() { return &std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }
  const std::string& error() const { return std::get<Error>(value_).message; }

 private:
  std::variant<T, Error> value_;
};

}  // namespace beamwright
