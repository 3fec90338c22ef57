#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unistd.h>

#include "sse/conformance/process.h"
#include "sse/conformance/suite.h"
#include "sse/loop.h"
#include "sse/units.h"

namespace {

using namespace sse::conformance;

constexpr int kUsage = 2;
constexpr const char* kHelp =
    "usage: sse-plugin-check PLUGIN.so [--set KEY=VALUE]... [--only TEXT] [--patience TIME]\n"
    "\n"
    "Runs the conformance suite of the plugin's kind and prints one line per check.\n"
    "  --set KEY=VALUE   an option of the plugin; {port} in the value becomes a free port\n"
    "  --only TEXT       only checks whose names contain this\n"
    "  --patience TIME   after which a check counts as hung, 2m unless told otherwise\n"
    "Exit status: 0 all checks passed, 1 some failed, 2 the command line is wrong.\n";

struct Command {
  Subject subject;
  std::string only;
  sse::Duration patience{120'000};
};

/// The check under way and the counts so far, for whoever has to say the last words. Changed by the main thread only;
/// the watchdog reads it under the mutex, a signal handler without.
struct Progress {
  std::mutex mutex;
  std::condition_variable changed;
  std::array<char, 256> check{};
  std::size_t number = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
  bool ended = false;
};

Progress progress;

void say(const std::string& text) { (void)!::write(STDOUT_FILENO, text.data(), text.size()); }

/// The process cannot go on: the check under way has failed with this.
[[noreturn]] void lastWords(const char* finding) {
  std::array<char, 1024> text;
  const int size = std::snprintf(text.data(), text.size(), "FAIL  %s\n      %s\n%zu passed, %zu failed\n",
                                 progress.check.data(), finding, progress.passed, progress.failed + 1);
  (void)!::write(STDOUT_FILENO, text.data(), static_cast<std::size_t>(size));
  ::_exit(1);
}

extern "C" void onCrash(int signal) {
  std::array<char, 128> text;
  std::snprintf(text.data(), text.size(), "expected no crash, found signal %d; run it under a debugger or a sanitizer",
                signal);
  lastWords(text.data());
}

/// Ends the process when one check takes too long.
void watchOver(sse::Duration patience) {
  std::unique_lock lock(progress.mutex);
  while (!progress.ended) {
    const auto number = progress.number;
    const bool moved =
        progress.changed.wait_for(lock, patience, [number] { return progress.ended || progress.number != number; });
    if (!moved) lastWords("expected the plugin to return, found a call that hangs; bound what it waits for");
  }
}

void begun(std::string_view check) {
  const std::lock_guard lock(progress.mutex);
  const auto size = check.copy(progress.check.data(), progress.check.size() - 1);
  progress.check[size] = '\0';
  ++progress.number;
  progress.changed.notify_one();
}

void told(const Outcome& outcome) {
  const std::lock_guard lock(progress.mutex);
  if (outcome.verdict == Outcome::Verdict::Passed) {
    ++progress.passed;
    return say("ok    " + outcome.check + "\n");
  }
  if (outcome.verdict == Outcome::Verdict::Skipped) {
    return say("skip  " + outcome.check + ": " + outcome.findings.front() + "\n");
  }
  ++progress.failed;
  std::string text = "FAIL  " + outcome.check + "\n";
  for (const auto& finding : outcome.findings) text += "      " + finding + "\n";
  say(text);
}

bool parse(int argc, char** argv, Command& command) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    const bool more = i + 1 < argc;
    if (word == "--set" && more) {
      const std::string_view pair = argv[++i];
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos) return false;
      command.subject.values[std::string(pair.substr(0, equals))] = pair.substr(equals + 1);
    } else if (word == "--only" && more) {
      command.only = argv[++i];
    } else if (word == "--patience" && more) {
      const auto patience = sse::parseDuration(argv[++i]);
      if (!patience) return false;
      command.patience = sse::Duration(*patience);
    } else if (word.starts_with("-") || !command.subject.file.empty()) {
      return false;
    } else {
      command.subject.file = word;
    }
  }
  return !command.subject.file.empty();
}

void checkFile(Report& report, Subject& subject, const std::string& only) {
  const bool opened = report.run("library: can be opened and holds a descriptor", [&](Check& check) {
    const auto descriptor = openPlugin(subject.file);
    if (!descriptor) return check.fail(descriptor.error().text);
    subject.descriptor = *descriptor;
  });
  report.only(only);
  if (opened) checkPlugin(report, subject);
}

int run(Command& command) {
  std::thread watchdog(watchOver, command.patience);
  Report report(told, begun);
  checkFile(report, command.subject, command.only);
  {
    const std::lock_guard lock(progress.mutex);
    progress.ended = true;
  }
  progress.changed.notify_one();
  watchdog.join();
  say(std::to_string(report.passed()) + " passed, " + std::to_string(report.failed()) + " failed\n");
  return report.failed() == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Command command;
  if (!parse(argc, argv, command)) {
    std::fputs(kHelp, stderr);
    return kUsage;
  }
  // A sanitizer tells more about a crash itself.
  if (!kSanitized) {
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) std::signal(signal, onCrash);
  }
  return run(command);
}
