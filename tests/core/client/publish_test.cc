#include "client/publish.h"

#include <doctest/doctest.h>
#include <functional>
#include <sstream>
#include <streambuf>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/client/http_stub.h"

using namespace sse::client;
using test::HttpStub;
using test::respond;

namespace {

struct Ran {
  int code;
  std::string out;
  std::string err;
};

Ran publish(const PublishCommand& command, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int code = runPublish(command, in, out, err);
  return {code, out.str(), err.str()};
}

test::Answer accepted(const std::string& /*request*/) {
  return respond("200 OK", "application/json", R"({"id":"7-abc"})");
}

/// An input whose next line is there only after `before`, which sees how many have been given, has returned.
class LinesInTurn : public std::streambuf {
 public:
  LinesInTurn(std::vector<std::string> lines, std::function<void(int given)> before)
      : lines_(std::move(lines)), before_(std::move(before)) {}

 protected:
  int_type underflow() override {
    if (given_ == lines_.size()) return traits_type::eof();
    before_(static_cast<int>(given_));
    auto& line = lines_[given_++];
    setg(line.data(), line.data(), line.data() + line.size());
    return traits_type::to_int_type(line.front());
  }

 private:
  std::vector<std::string> lines_;
  std::function<void(int)> before_;
  std::size_t given_ = 0;
};

std::string body(const std::string& request) { return request.substr(request.find("\r\n\r\n") + 4); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// What a command sends: the body, with its type before it.
std::string sent(PublishCommand command) {
  HttpStub server(accepted);
  command.url = server.url("/publish/c");
  const auto ran = publish(command);
  CHECK(ran.code == 0);
  CHECK(ran.out == "7-abc\n");
  const auto request = server.requests().at(0);
  CHECK(request.starts_with("POST /publish/c HTTP/1.1\r\n"));
  const auto type = request.find("Content-Type: ") + 14;
  return request.substr(type, request.find_first_of(";\r", type) - type) + " " + body(request);
}

}  // namespace

TEST_CASE("data alone is sent as the text it is") {
  CHECK(sent({.data = "hello \"you\""}) == "text/plain hello \"you\"");
  CHECK(sent({.data = "{\"a\": 1}"}) == "text/plain {\"a\": 1}");
  CHECK(sent({.data = ""}) == "text/plain ");
}

TEST_CASE("other fields come with the data in JSON, which keeps JSON as it stands") {
  CHECK(sent({.event = "tick", .id = "i1", .retry_ms = 1000, .data = R"({"n": 1.50})"}) ==
        R"(application/json {"id":"i1","event":"tick","retry":1000,"data":{"n": 1.50}})");
  CHECK(sent({.event = "a \"b\"", .data = "hello"}) == R"(application/json {"event":"a \"b\"","data":"hello"})");
  CHECK(sent({.retry_ms = 0}) == R"(application/json {"retry":0})");
}

TEST_CASE("each line of the input is an event, over one connection") {
  HttpStub server(accepted);
  const auto ran = publish({.url = server.url("/publish/c"), .data = "-"}, "first\r\n\nlast");
  CHECK(ran.code == 0);
  CHECK(ran.out == "7-abc\n7-abc\n7-abc\n");
  CHECK(server.connections() == 1);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(body(requests[0]) == "first");
  CHECK(body(requests[1]).empty());
  CHECK(body(requests[2]) == "last");
}

TEST_CASE("a connection that the server closed between events is made again") {
  HttpStub server([](const std::string&) { return respond("200 OK", "application/json", R"({"id":"1"})", true); });
  LinesInTurn lines({"a\n", "b\n"}, [&](int given) {
    while (server.ended() < given) std::this_thread::yield();
  });
  std::istream in(&lines);
  std::ostringstream out;
  std::ostringstream err;
  CHECK(runPublish({.url = server.url("/"), .data = "-"}, in, out, err) == 0);
  CHECK(err.str().empty());
  CHECK(server.connections() == 2);
}

TEST_CASE("a refusal ends it with the problem's detail and the line") {
  HttpStub server([](const std::string& request) {
    if (body(request) != "bad") return accepted(request);
    return respond("429 Too Many Requests", "application/problem+json", R"({"status":429,"detail":"publish rate"})");
  });
  const auto ran = publish({.url = server.url("/publish/c?access_token=secret"), .data = "-"}, "good\nbad\ngood\n");
  CHECK(ran.code == 1);
  CHECK(ran.out == "7-abc\n");
  CHECK(ran.err == "publish: line 2: " + server.url("/publish/c") + ": 429 Too Many Requests: publish rate\n");
  CHECK(server.requests().size() == 2);
}

TEST_CASE("an answer that is no JSON is success without an id, or its status alone") {
  HttpStub good([](const std::string&) { return respond("200 OK", "text/plain", ""); });
  const auto sent = publish({.url = good.url("/"), .data = "x"});
  CHECK(sent.code == 0);
  CHECK(sent.out.empty());
  HttpStub bad([](const std::string&) { return respond("404 Not Found", "text/html", "<p>"); });
  const auto refused = publish({.url = bad.url("/x"), .data = "x"});
  CHECK(refused.code == 1);
  CHECK(refused.err == "publish: " + bad.url("/x") + ": 404 Not Found\n");
}

TEST_CASE("a server that is not there, or hangs up, is exit 1 and named") {
  std::string url;
  {
    HttpStub server([](const std::string&) { return test::Answer{"", true}; });
    url = server.url("/publish/c");
    const auto cut = publish({.url = url, .data = "x"});
    CHECK(cut.code == 1);
    CHECK(has(cut.err, url));
  }
  const auto dead = publish({.url = url, .data = "x"});
  CHECK(dead.code == 1);
  CHECK(has(dead.err, url + ": Connection refused"));
}

TEST_CASE("a bad URL is exit 78") {
  const auto ran = publish({.url = "nothing", .data = "x"});
  CHECK(ran.code == 78);
  CHECK(has(ran.err, "expected http[s]://"));
}

TEST_CASE("the command line's words become the command") {
  const auto all = parsePublish({"http://h/publish/c", "text"}, {{"event", "e"}, {"id", "i"}, {"retry", "20"}});
  REQUIRE(all.ok());
  CHECK(all.value().url == "http://h/publish/c");
  CHECK(all.value().event == "e");
  CHECK(all.value().id == "i");
  CHECK(all.value().retry_ms == 20);
  CHECK(all.value().data == "text");
  CHECK(parsePublish({"http://h"}, {{"retry", "0"}}).ok());
}

TEST_CASE("words that make no command are refused with the reason") {
  const auto reason = [](const std::vector<std::string>& words, const std::map<std::string, std::string>& flags) {
    const auto parsed = parsePublish(words, flags);
    REQUIRE_FALSE(parsed.ok());
    return parsed.error().text;
  };
  CHECK(has(reason({}, {}), "expected a URL"));
  CHECK(has(reason({"h", "x"}, {}), "expected http[s]://"));
  CHECK(has(reason({"http://h"}, {}), "expected DATA"));
  CHECK(has(reason({"http://h", "-"}, {{"id", "1"}}), "--id"));
  for (const auto* retry : {"", "-1", "1s", "true", "99999999999999999999"}) {
    CHECK(has(reason({"http://h", "x"}, {{"retry", retry}}), "--retry: expected milliseconds"));
  }
}
