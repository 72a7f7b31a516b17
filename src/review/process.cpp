// posix_spawn with both outputs read by poll, so that neither pipe can fill up and block the other.
#include "review/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

extern char** environ;

namespace beamwright::review {
namespace {

struct Pipe {
  int reading = -1;
  int writing = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    reading = ends[0];
    writing = ends[1];
    return true;
  }
  void close_writing() {
    if (writing >= 0) ::close(writing);
    writing = -1;
  }
  ~Pipe() {
    close_writing();
    if (reading >= 0) ::close(reading);
  }
};

// Takes what there is to read; false at the end.
bool read_some(int descriptor, std::string& text) {
  std::array<char, 65536> buffer;
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR;
  text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void read_both(const Pipe& out, std::string& out_text, const Pipe& err, std::string& err_text) {
  std::array<pollfd, 2> waits{{{out.reading, POLLIN, 0}, {err.reading, POLLIN, 0}}};
  while (waits[0].fd >= 0 || waits[1].fd >= 0) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
    if (waits[0].revents != 0 && !read_some(out.reading, out_text)) waits[0].fd = -1;
    if (waits[1].revents != 0 && !read_some(err.reading, err_text)) waits[1].fd = -1;
  }
}

// The line that says why a program failed: the last that calls itself fatal, as git's hints may follow it, else the last.
std::string reason_in(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  std::size_t begin = text.rfind("\nfatal: ");
  begin = begin != std::string_view::npos ? begin + 1 : text.starts_with("fatal: ") ? 0 : text.rfind('\n') + 1;
  return std::string(text.substr(begin, text.find('\n', begin) - begin));
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

}  // namespace

Result<std::string> run_program(const std::vector<std::string>& arguments, const std::vector<std::string>& environment) {
  const std::string& name = arguments.front();
  Pipe out, err;
  if (!out.open() || !err.open()) return Error{"cannot run " + name + ": " + strerrordesc_np(errno)};
  std::vector<std::string> words = arguments, variables = environment;
  for (char** each = environ; *each; ++each) variables.emplace_back(*each);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out.writing, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writing, STDERR_FILENO);
  pid_t pid = 0;
  const int failure = ::posix_spawnp(&pid, name.c_str(), &actions, nullptr, pointers(words).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) return Error{"cannot run " + name + ": " + strerrordesc_np(failure)};
  out.close_writing();
  err.close_writing();
  std::string text, complaint;
  read_both(out, text, err, complaint);
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return text;
  const std::string why = reason_in(complaint);
  return Error{why.empty() ? name + " failed" : why};
}

Result<TemporaryFolder> TemporaryFolder::make() {
  const char* parent = std::getenv("TMPDIR");
  std::string path = std::string(parent && *parent ? parent : "/tmp") + "/beamwright.XXXXXX";
  if (!::mkdtemp(path.data())) return Error{"cannot make a temporary folder " + path + ": " + strerrordesc_np(errno)};
  return TemporaryFolder(std::move(path));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

}  // namespace beamwright::review
