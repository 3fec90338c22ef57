#include "observe/log_sink.h"

#include <condition_variable>
#include <doctest/doctest.h>
#include <mutex>
#include <sstream>
#include <streambuf>
#include <thread>
#include <vector>

#include "sse/conformance/fake_metrics.h"

using namespace sse;
using namespace sse::observe;

namespace {

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

bool endsWith(const std::string& text, std::string_view end) {
  return text.size() >= end.size() && std::string_view(text).substr(text.size() - end.size()) == end;
}

/// An output that takes nothing until it is opened.
class Gate final : public std::streambuf {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void awaitWriter() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return reached_; });
  }
  std::string text;

 private:
  std::streamsize xsputn(const char* bytes, std::streamsize count) override {
    std::unique_lock lock(mutex_);
    reached_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_; });
    text.append(bytes, static_cast<std::size_t>(count));
    return count;
  }
  int overflow(int c) override {
    const char byte = static_cast<char>(c);
    xsputn(&byte, 1);
    return c;
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  bool reached_ = false;
};

}  // namespace

TEST_CASE("a logger's lines carry its component, id and fields") {
  std::ostringstream out;
  conformance::FakeMetrics metrics;
  LogSink sink(out, LogFormat::Text, Level::Info, metrics);
  const auto log = sink.logger("relay");
  log->write(Level::Error, "relay-broken", "it broke", {{"peer", "n2"}});
  log->write(Level::Info, "", "no id");
  sink.flush();
  const auto lines = linesOf(out.str());
  REQUIRE(lines.size() == 2);
  CHECK(endsWith(lines[0], " error relay relay-broken: it broke peer=n2"));
  CHECK(endsWith(lines[1], " info relay: no id"));
}

TEST_CASE("the level can change while running") {
  std::ostringstream out;
  conformance::FakeMetrics metrics;
  LogSink sink(out, LogFormat::Json, Level::Warning, metrics);
  const auto log = sink.logger("main");
  CHECK_FALSE(log->enabled(Level::Info));
  log->write(Level::Info, "a", "hidden");
  sink.setLevel(Level::Debug);
  CHECK(log->enabled(Level::Debug));
  log->write(Level::Debug, "b", "shown");
  sink.flush();
  CHECK(out.str().find("hidden") == std::string::npos);
  CHECK(out.str().find(R"("level":"debug","component":"main","id":"b","text":"shown"})") != std::string::npos);
}

TEST_CASE("the end of the sink writes all that was logged") {
  std::ostringstream out;
  conformance::FakeMetrics metrics;
  {
    LogSink sink(out, LogFormat::Text, Level::Info, metrics);
    const auto log = sink.logger("main");
    for (int i = 0; i < 1000; ++i) log->write(Level::Info, "", "line");
  }
  CHECK(linesOf(out.str()).size() == 1000);
}

TEST_CASE("lines of several threads never mix") {
  std::ostringstream out;
  conformance::FakeMetrics metrics;
  {
    LogSink sink(out, LogFormat::Text, Level::Info, metrics);
    const auto log = sink.logger("main");
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&log] {
        for (int i = 0; i < 200; ++i) log->write(Level::Info, "id", "text");
      });
    }
    for (auto& thread : threads) thread.join();
  }
  const auto lines = linesOf(out.str());
  CHECK(lines.size() == 800);
  for (const auto& line : lines) CHECK(endsWith(line, " info main id: text"));
}

TEST_CASE("a full queue drops, counts and tells how many once there is room") {
  Gate gate;
  std::ostream out(&gate);
  conformance::FakeMetrics metrics;
  {
    LogSink sink(out, LogFormat::Text, Level::Info, metrics, 2);
    const auto log = sink.logger("main");
    log->write(Level::Info, "", "being written");
    gate.awaitWriter();
    for (int i = 0; i < 5; ++i) log->write(Level::Info, "", "more");
    CHECK(metrics.counter("sse_observe_log_dropped_total", "").value() == 3);
    CHECK(metrics.gauge("sse_observe_log_queued", "").value() == 2);
    gate.open();
    sink.flush();
    CHECK(metrics.gauge("sse_observe_log_queued", "").value() == 0);
  }
  const auto lines = linesOf(gate.text);
  REQUIRE(lines.size() == 4);
  CHECK(endsWith(lines[3],
                 " warning observe log-lines-dropped: log lines were dropped because the queue was full count=3"));
}
