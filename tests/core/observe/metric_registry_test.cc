#include "observe/metric_registry.h"

#include <ctime>
#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

#include "support/death.h"

using namespace sse;
using namespace sse::observe;

namespace {

bool has(const std::string& text, std::string_view line) { return text.find(line) != std::string::npos; }

}  // namespace

TEST_CASE("the same name and labels give the same cell") {
  MetricRegistry metrics;
  auto& first = metrics.counter("sse_api_requests_total", "Requests.", {{"route", "a"}, {"code", "200"}});
  CHECK(&first == &metrics.counter("sse_api_requests_total", "Requests.", {{"code", "200"}, {"route", "a"}}));
  CHECK(&first != &metrics.counter("sse_api_requests_total", "Requests.", {{"code", "200"}, {"route", "b"}}));
}

TEST_CASE("counters and gauges are rendered as Prometheus text") {
  MetricRegistry metrics;
  metrics.counter("sse_api_requests_total", "Requests.", {{"route", "a"}}).add(3);
  metrics.gauge("sse_bus_queued", "Waiting.").set(-2);
  const auto text = metrics.render();
  CHECK(has(text, "# HELP sse_api_requests_total Requests.\n# TYPE sse_api_requests_total counter\n"));
  CHECK(has(text, "\nsse_api_requests_total{route=\"a\"} 3\n"));
  CHECK(has(text, "# TYPE sse_bus_queued gauge\nsse_bus_queued -2\n"));
}

TEST_CASE("histograms are in seconds with cumulative buckets") {
  MetricRegistry metrics;
  auto& times = metrics.histogram("sse_stream_write_seconds", "Time.");
  times.observe(1);
  times.observe(16, 2);
  times.observe(3'000'000'000);
  const auto text = metrics.render();
  CHECK(has(text, "# TYPE sse_stream_write_seconds histogram\n"));
  CHECK(has(text, "sse_stream_write_seconds_count 4\n"));
  CHECK(has(text, "sse_stream_write_seconds_sum 3000.000033\n"));
  CHECK(has(text, "sse_stream_write_seconds_bucket{le=\"1e-06\"} 1\n"));
  CHECK(has(text, "sse_stream_write_seconds_bucket{le=\"8e-06\"} 1\n"));
  CHECK(has(text, "sse_stream_write_seconds_bucket{le=\"1.6e-05\"} 3\n"));
  CHECK(has(text, "sse_stream_write_seconds_bucket{le=\"67.108864\"} 3\n"));
  CHECK(has(text, "sse_stream_write_seconds_bucket{le=\"+Inf\"} 4\n"));
}

TEST_CASE("a bad name aborts and says what is expected") {
  for (const auto* name :
       {"requests_total", "sse_Api_total", "sse__x", "sse_api_", "sse_9", "sse_", "sse_api total", "xsse_api_total"}) {
    const auto death = test::inChild([name] { MetricRegistry().counter(name, ""); });
    CHECK(death.aborted);
    CHECK(has(death.errors, std::string("metric ") + name + ": expected a name like sse_"));
  }
}

TEST_CASE("a bad label or another type aborts") {
  const auto label = test::inChild([] { MetricRegistry().counter("sse_api_total", "", {{"Bad", "x"}}); });
  CHECK(label.aborted);
  const auto type = test::inChild([] {
    MetricRegistry metrics;
    metrics.counter("sse_api_total", "");
    metrics.gauge("sse_api_total", "");
  });
  CHECK(type.aborted);
  CHECK(has(type.errors, "metric sse_api_total: expected the type"));
}

TEST_CASE("the process tells of itself by Prometheus's names") {
  MetricRegistry metrics;
  const auto value = [&metrics](const std::string& name) {
    const auto text = "\n" + metrics.render();
    const auto at = text.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + name.size() + 2));
  };
  const auto before = value("process_open_fds");
  const int fd = ::dup(0);
  CHECK(value("process_open_fds") == before + 1);
  ::close(fd);
  CHECK(value("process_max_fds") >= before);
  CHECK(value("process_threads") >= 1);
  CHECK(value("process_resident_memory_bytes") > 1 << 20);
  CHECK(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"));
  const auto cpu = value("process_cpu_seconds_total");
  CHECK(cpu > 0);
  CHECK(value("process_cpu_seconds_total") > cpu);
  const auto age = static_cast<double>(std::time(nullptr)) - value("process_start_time_seconds");
  CHECK(age < 60);
  CHECK(age > -2);
}
