#include "kernel/stop_watchdog.h"

#include <doctest/doctest.h>
#include <future>

using namespace sse;
using kernel::StopWatchdog;

TEST_CASE("the plugin that is being stopped at the end of the time is named") {
  std::promise<std::string> named;
  StopWatchdog watchdog(Duration(1), [&named](std::string_view plugin) { named.set_value(std::string(plugin)); });
  watchdog.watch("auth/slow");
  CHECK(named.get_future().get() == "auth/slow");
}

TEST_CASE("nothing is called when all stop in time") {
  bool called = false;
  {
    StopWatchdog watchdog(std::chrono::hours(1), [&called](std::string_view) { called = true; });
    watchdog.watch("auth/quick");
  }
  CHECK_FALSE(called);
}
