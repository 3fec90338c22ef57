#pragma once

#include <array>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace sse::test {

/// How a child process ended and what it wrote to standard error.
struct Death {
  bool aborted = false;
  int status = -1;  ///< exit status; -1 where a signal ended it
  std::string errors;
};

/// Runs `act` in a forked child, which leaves with status 0 when `act` returns.
inline Death inChild(const std::function<void()>& act) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) return {};
  std::cout.flush();  // else the child writes what is buffered once more
  const auto child = fork();
  if (child == 0) {
    std::signal(SIGABRT, SIG_DFL);  // doctest has put a handler there
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    act();
    _exit(0);
  }
  close(ends[1]);
  Death death;
  std::array<char, 512> bytes{};
  for (ssize_t got = 0; (got = read(ends[0], bytes.data(), bytes.size())) > 0;) {
    death.errors.append(bytes.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  death.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  if (WIFEXITED(status)) death.status = WEXITSTATUS(status);
  return death;
}

}  // namespace sse::test
