// write(2) with its partial writes and interruptions.
#include "app/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "app/cli.h"

namespace beamwright::app {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

int print(std::string_view text, int code) {
  if (write_all(STDOUT_FILENO, text)) return code;
  complain(std::string("cannot write the output: ") + strerrordesc_np(errno));
  return kExitError;
}

void complain(std::string_view message) { write_all(STDERR_FILENO, "beamwright: " + std::string(message) + "\n"); }

}  // namespace beamwright::app
