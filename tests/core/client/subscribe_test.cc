#include "client/subscribe.h"

#include <atomic>
#include <chrono>
#include <doctest/doctest.h>
#include <functional>
#include <sstream>
#include <string>

#include "core/client/http_stub.h"

using namespace sse::client;
using test::HttpStub;
using test::respond;
using test::stream;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

struct Run {
  std::ostringstream out;
  std::ostringstream err;

  /// Runs until `done`, which sees `out` and `err`; with a time limit, so that a failure does not hang.
  int until(const SubscribeCommand& command, const std::function<bool()>& done) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    return runSubscribe(command, out, err, [&] { return done() || std::chrono::steady_clock::now() > limit; });
  }
  int untilPrinted(const SubscribeCommand& command, const std::string& text) {
    return until(command, [&] { return has(out.str(), text); });
  }
};

constexpr const char* kEvents = "retry: 1\nid: 1\n\nid: 2\nevent: tick\ndata: a\ndata: \"b\"\n\ndata: c\n\n";

}  // namespace

TEST_CASE("events are printed as lines for people") {
  HttpStub server([](const std::string&) { return stream(kEvents, false); });
  Run run;
  CHECK(run.untilPrinted({server.url("/subscribe/c"), "", false}, "data: c\n") == 0);
  CHECK(run.out.str() == "id: 2\nevent: tick\ndata: a\ndata: \"b\"\n\nid: 2\ndata: c\n\n");
  CHECK(run.err.str().empty());
}

TEST_CASE("--json prints one object per event") {
  HttpStub server([](const std::string&) { return stream(kEvents, false); });
  Run run;
  CHECK(run.untilPrinted({server.url("/subscribe/c"), "", true}, "\"c\"}\n") == 0);
  CHECK(run.out.str() ==
        "{\"id\":\"2\",\"event\":\"tick\",\"data\":\"a\\n\\\"b\\\"\"}\n{\"id\":\"2\",\"event\":\"message\",\"data\":"
        "\"c\"}\n");
}

TEST_CASE("a chunked stream reads the same, wherever chunks end") {
  HttpStub server([](const std::string&) {
    return test::Answer{
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        "8\r\ndata: he\r\n5\r\nllo\n\n\r\n",
        false};
  });
  Run run;
  CHECK(run.untilPrinted({server.url("/"), "", false}, "data: hello\n") == 0);
}

TEST_CASE("the request is an EventSource's, and starts behind the id that was given") {
  HttpStub server([](const std::string&) { return stream("data: x\n\n", false); });
  Run run;
  CHECK(run.untilPrinted({server.url("/subscribe?channel=a%2Fb"), "5-abc", false}, "data: x") == 0);
  const auto request = server.requests().at(0);
  CHECK(request.starts_with("GET /subscribe?channel=a%2Fb HTTP/1.1\r\n"));
  CHECK(has(request, "\r\nAccept: text/event-stream\r\n"));
  CHECK(has(request, "\r\nLast-Event-ID: 5-abc\r\n"));
}

TEST_CASE("a stream that ends is asked for again, behind the last id") {
  std::atomic<int> asked{0};
  HttpStub server([&](const std::string& request) {
    if (++asked == 1) return stream("retry: 1\nid: 41\n\nid: 42\ndata: half", true);
    return stream(has(request, "Last-Event-ID: 41\r\n") ? "data: resumed\n\n" : "data: lost\n\n", false);
  });
  Run run;
  CHECK(run.untilPrinted({server.url("/"), "", false}, "data: ") == 0);
  CHECK(run.out.str() == "id: 41\ndata: resumed\n\n");
  CHECK_FALSE(has(server.requests().at(0), "Last-Event-ID"));
  CHECK(server.connections() == 2);
}

TEST_CASE("an answer broken off is told and tried again") {
  std::atomic<int> asked{0};
  HttpStub server([&](const std::string&) {
    if (++asked == 1) return stream("retry: 1\n\n", true);
    if (asked == 2) return test::Answer{"", true};
    return stream("data: x\n\n", false);
  });
  Run run;
  CHECK(run.untilPrinted({server.url("/x"), "", false}, "data: x") == 0);
  CHECK(has(run.err.str(), server.url("/x")));
  CHECK(has(run.err.str(), "next try in 1 ms"));
}

TEST_CASE("a server that cannot be reached is tried again, ever later") {
  std::string url;
  {
    HttpStub server([](const std::string&) { return stream("", false); });
    url = server.url("/x");
  }
  Run run;
  CHECK(run.until({url, "", false}, [&] { return has(run.err.str(), "next try in "); }) == 0);
  CHECK(has(run.err.str(), "Connection refused"));
  CHECK(has(run.err.str(), "next try in 3000 ms"));
}

TEST_CASE("failures in a row double the wait") {
  std::atomic<int> asked{0};
  HttpStub server(
      [&](const std::string&) { return ++asked == 1 ? stream("retry: 1\n\n", true) : test::Answer{"", true}; });
  Run run;
  CHECK(run.until({server.url("/x"), "", false}, [&] { return has(run.err.str(), "next try in 8 ms"); }) == 0);
  for (const auto* wait : {" 1 ms", " 2 ms", " 4 ms"}) CHECK(has(run.err.str(), wait));
}

TEST_CASE("any status but 200 ends it with the reason") {
  const auto refusal = [](const std::string& status, const std::string& problem) {
    HttpStub server([&](const std::string&) { return respond(status, "application/problem+json", problem); });
    Run run;
    CHECK(run.until({server.url("/x"), "", false}, [] { return false; }) == 1);
    CHECK(server.connections() == 1);
    CHECK(has(run.err.str(), server.url("/x")));
    return run.err.str();
  };
  CHECK(has(refusal("403 Forbidden", R"({"detail":"no right"})"), "403 Forbidden: no right\n"));
  CHECK(has(refusal("503 Service Unavailable", ""), "503 Service Unavailable\n"));
}

TEST_CASE("204 and another content type end it too") {
  HttpStub none([](const std::string&) { return test::Answer{"HTTP/1.1 204 No Content\r\n\r\n", false}; });
  Run run;
  CHECK(run.until({none.url("/"), "", false}, [] { return false; }) == 1);
  CHECK(has(run.err.str(), "204"));
  HttpStub html([](const std::string&) { return respond("200 OK", "text/html", "data: x\n\n"); });
  CHECK(run.until({html.url("/"), "", false}, [] { return false; }) == 1);
  CHECK(has(run.err.str(), "expected text/event-stream, got text/html"));
  CHECK(run.out.str().empty());
}

TEST_CASE("stopping ends a quiet stream, a quiet head and a wait within moments") {
  using Clock = std::chrono::steady_clock;
  const auto stops = [](const std::string& url, const std::function<bool(const Run&)>& ready) {
    Run run;
    Clock::time_point asked{};
    CHECK(run.until({url, "", false}, [&] {
      if (asked == Clock::time_point{} && ready(run)) asked = Clock::now();
      return asked != Clock::time_point{} && Clock::now() - asked > std::chrono::milliseconds(250);
    }) == 0);
    CHECK(Clock::now() - asked < std::chrono::milliseconds(2000));
  };
  HttpStub quiet([](const std::string&) { return stream("data: x\n\n", false); });
  stops(quiet.url("/"), [](const Run& run) { return has(run.out.str(), "x"); });
  HttpStub dumb([](const std::string&) { return test::Answer{"", false}; });
  stops(dumb.url("/"), [&](const Run&) { return !dumb.requests().empty(); });
  HttpStub ended([](const std::string&) { return stream("retry: 100000\ndata: x\n\n", true); });
  stops(ended.url("/"), [](const Run& run) { return has(run.out.str(), "x"); });
}

TEST_CASE("an output that is closed ends it") {
  HttpStub server([](const std::string&) { return stream("data: x\n\n", false); });
  Run run;
  run.out.setstate(std::ios::badbit);
  CHECK(run.until({server.url("/"), "", false}, [] { return false; }) == 1);
  CHECK(has(run.err.str(), "output is closed"));
}

TEST_CASE("a subscribe command is made of the words of the command line") {
  const auto all = parseSubscribe({"http://h/subscribe/c"}, {{"last-event-id", "1"}, {"json", "true"}});
  REQUIRE(all.ok());
  CHECK(all.value().last_event_id == "1");
  CHECK(all.value().json);
  CHECK_FALSE(parseSubscribe({"http://h"}, {}).value().json);
  CHECK_FALSE(parseSubscribe({}, {}).ok());
  CHECK_FALSE(parseSubscribe({"ftp://h"}, {}).ok());
  CHECK_FALSE(parseSubscribe({"http://h"}, {{"last-event-id", "1\r\nX: y"}}).ok());
  Run run;
  CHECK(run.until({"nothing", "", false}, [] { return false; }) == 78);
}
