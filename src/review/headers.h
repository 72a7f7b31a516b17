// Finds the headers that Erlang files include: beside the file, in its application's include and src, in other applications of
// the review and their dependencies, and in an OTP that is installed. Nothing is run to find one, and a header is read only once.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "erlang/tree.h"
#include "source/discovery.h"

namespace beamwright::review {

// The root of an installed OTP ("/usr/lib/erlang"), or empty: from the `erl` on PATH with its links resolved, else the usual
// places.
std::string installed_otp();

class Headers final : public erlang::Includes {
 public:
  // Both must outlive the object. `otp_root` may be empty.
  Headers(const source::Discovery& discovery, std::string otp_root);

  Header include(std::string_view path, source::FileId from) override;
  Header include_lib(std::string_view path, source::FileId from) override;
  std::string_view name(source::FileId file) override;
  // Has a header open as this text, whatever the disk holds: that of an editor. Before anybody asks for it.
  void put(const std::string& absolute_path, std::string text);

 private:
  Header look_up(bool library, std::string_view path, source::FileId from);
  Header find_include(std::string_view path, const source::SourceFile& from);
  Header find_library(std::string_view path, const source::SourceFile& from);
  Header find_by_name(std::string_view path, const source::SourceFile& from);
  Header open(const std::string& absolute_path);
  Header add(const std::string& absolute_path, std::string text);
  const std::string& otp_application(const std::string& name);

  const source::Discovery& discovery_;
  const std::string otp_root_;
  std::mutex mutex_;                                                      // guards all that follows
  std::map<std::string, Header, std::less<>> opened_;                     // by absolute path; what is not there too
  std::map<std::tuple<bool, std::string, std::string>, Header> answers_;  // by kind, folder of the includer, path
  std::map<std::string, std::string> otp_applications_;                   // name → its folder
};

}  // namespace beamwright::review
