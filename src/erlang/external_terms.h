// Writes terms in Erlang's external term format, for binary_to_term on the other side of a comparison with the compiler.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace beamwright::erlang {

class ExternalTerms {
 public:
  // Without the leading version byte (131).
  const std::string& bytes() const { return bytes_; }
  void clear() { bytes_.clear(); }

  void tuple(std::size_t size);
  void end_tuple() {}
  void list(std::size_t size);
  void end_list();
  void improper(std::size_t size);
  void improper_tail() {}
  void end_improper() {}
  void map(std::size_t size);
  void map_value() {}
  void end_map() {}
  void atom(std::string_view text);
  void integer(std::int64_t value);
  void wide_integer(std::string_view decimal);
  void floating(double value);
  void string(std::string_view utf8);
  // `spare` bits of the last byte, its lowest, do not belong to it.
  void binary(std::string_view content, unsigned spare);
  void export_fun(std::string_view module, std::string_view function, std::int64_t arity);

 private:
  void byte(unsigned value) { bytes_ += static_cast<char>(value); }
  void big_endian(std::uint64_t value, int size);
  void big_integer(const std::vector<unsigned char>& little_endian, bool negative);

  std::string bytes_;
  std::vector<bool> empty_lists_;
};

}  // namespace beamwright::erlang
