// write(2) with its partial writes and interruptions.
#include "app/output.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
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

int write_file(const std::string& path, std::string_view text) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  const bool written = descriptor >= 0 && write_all(descriptor, text);
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return kExitClean;
  complain("cannot write " + path + ": " + strerrordesc_np(error));
  return kExitError;
}

std::size_t terminal_columns() {
  constexpr std::size_t kElsewhere = 100;
  winsize size{};
  if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kElsewhere;
  return size.ws_col;
}

bool wants_color(const std::string& choice) {
  if (choice != "auto") return choice == "always";
  // https://no-color.org: any value that is not empty.
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) == 1 && !(no_color && *no_color) && !(terminal && std::string_view(terminal) == "dumb");
}

void complain(std::string_view message) { write_all(STDERR_FILENO, "beamwright: " + std::string(message) + "\n"); }

}  // namespace beamwright::app
