#include "app/hook_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <exception>

#include "app/cli.h"
#include "app/output.h"
#include "base/parallel.h"
#include "review/configuration.h"
#include "serve/hook.h"

namespace beamwright::app {
namespace {

constexpr std::size_t kMaxEventBytes = std::size_t{64} << 20;

// All of standard input; empty after a complaint.
std::string read_event() {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0 && errno == EINTR) continue;
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
    if (count < 0 || text.size() > kMaxEventBytes) {
      complain(count < 0 ? std::string("cannot read standard input: ") + strerrordesc_np(errno) : "the event is too large");
      return {};
    }
  }
}

}  // namespace

void HookCommand::add_to(CLI::App& app) {
  command_ = app.add_subcommand("hook", "Answer a hook of a coding agent, whose event is on standard input");
  command_->add_option("--host", host_, "Whose event it is; told by the event unless given")
      ->check(CLI::IsMember(serve::host_names()));
  command_->add_option("--path", path_, "The project; told by the event unless given");
  command_->add_option("--since", since_, "The commit that changes are counted from, by git; HEAD unless given");
  command_
      ->add_option("--fail-on", fail_on_, "The severity from which the agent is told: low, medium, high (unless given), critical")
      ->check(CLI::IsMember({"low", "medium", "high", "critical"}));
  command_->add_option("--jobs", jobs_, "Threads; all processors unless given")->check(CLI::Range(1, 1024));
  command_->footer("Exit codes: 0 answered, in JSON on standard output as the host defines it; 1 nothing could be judged.");
}

int HookCommand::run() {
  const std::string event = read_event();
  if (event.empty()) return kHookFault;
  serve::HookOptions options;
  if (!host_.empty()) options.host = serve::host_named(host_);
  options.path = path_;
  options.since = since_;
  if (!fail_on_.empty()) options.fail_on = review::severity_named(fail_on_);
  options.jobs = jobs_ > 0 ? jobs_ : default_jobs();
  serve::HookAnswer answer;
  try {
    answer = serve::answer_hook(event, options);
  } catch (const std::exception& exception) {
    answer.fault = std::string("a fault of Beamwright itself: ") + exception.what();
  }
  if (!answer.fault.empty()) {
    complain(answer.fault);
    return kHookFault;
  }
  if (!answer.note.empty()) complain(answer.note);
  return print(answer.reply, kExitClean) == kExitClean ? kExitClean : kHookFault;
}

}  // namespace beamwright::app
