#include "observe/log_format.h"

#include <doctest/doctest.h>

using namespace sse;
using namespace sse::observe;

namespace {

LogRecord record() {
  LogRecord record;
  record.time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1700000000123));
  record.level = Level::Warning;
  record.component = "relay";
  record.id = "relay-link-lost";
  record.text = "link lost";
  record.fields = {{"peer", "n2"}, {"reason", "connection refused"}};
  return record;
}

}  // namespace

TEST_CASE("a text line holds time, level, component, id, text and fields") {
  CHECK(formatLine(LogFormat::Text, record()) ==
        R"(2023-11-14T22:13:20.123Z warning relay relay-link-lost: link lost peer=n2 reason="connection refused")");
}

TEST_CASE("a JSON line is an object with the same parts") {
  CHECK(formatLine(LogFormat::Json, record()) ==
        R"({"time":"2023-11-14T22:13:20.123Z","level":"warning","component":"relay","id":"relay-link-lost",)"
        R"("text":"link lost","fields":{"peer":"n2","reason":"connection refused"}})");
}

TEST_CASE("what is absent is left out") {
  LogRecord bare;
  bare.component = "main";
  bare.text = "hello";
  CHECK(formatLine(LogFormat::Text, bare) == "1970-01-01T00:00:00.000Z info main: hello");
  CHECK(formatLine(LogFormat::Json, bare) ==
        R"({"time":"1970-01-01T00:00:00.000Z","level":"info","component":"main","text":"hello"})");
}

TEST_CASE("nothing from outside breaks out of its line") {
  auto bad = record();
  bad.text = "a\nb\r\t\"\\\x01\x7f";
  bad.fields = {{"k\n", "v\nw"}};
  for (const auto format : {LogFormat::Text, LogFormat::Json}) {
    const auto line = formatLine(format, bad);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find(R"(a\nb\r\t\"\\\u0001\u007f)") != std::string::npos);
    CHECK(line.find(R"("v\nw")") != std::string::npos);
  }
}

TEST_CASE("escaping keeps UTF-8 and replaces what is none") {
  CHECK(escaped("gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80") ==
        "gr\xC3\xBC\xC3\x9F \xE2\x82\xAC \xF0\x9F\x98\x80");
  const std::string bad = "\xEF\xBF\xBD";
  CHECK(escaped("\xFF") == bad);
  CHECK(escaped("\xC3") == bad);
  CHECK(escaped("\xC0\xAF") == bad + bad);
  CHECK(escaped("\xED\xA0\x80") == bad + bad + bad);
  CHECK(escaped("\xF4\x90\x80\x80") == bad + bad + bad + bad);
  CHECK(escaped("\xE0\x80\x80") == bad + bad + bad);
  CHECK(escaped("\xC2\x9B") == "\\u009b");
}

TEST_CASE("levels have the words of log.level") {
  for (const auto level : {Level::Debug, Level::Info, Level::Warning, Level::Error}) {
    CHECK(levelOf(levelName(level)) == level);
  }
  CHECK(levelName(Level::Debug) == "debug");
}
