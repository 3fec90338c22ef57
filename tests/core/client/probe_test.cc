#include "client/probe.h"

#include <doctest/doctest.h>
#include <sstream>
#include <string>

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

Ran probe(const std::string& url, const std::string& channel = "") {
  std::ostringstream out;
  std::ostringstream err;
  const int code = runProbe({*parseUrl(url), channel}, out, err);
  return {code, out.str(), err.str()};
}

}  // namespace

TEST_CASE("a 200 is well, anything else is not and is told") {
  HttpStub good([](const auto&) { return respond("200 OK", "text/plain", "ok", true); });
  CHECK(probe(good.url("/livez")).code == 0);
  REQUIRE(good.requests().size() == 1);
  CHECK(good.requests()[0].starts_with("GET /livez HTTP/1.1\r\n"));

  HttpStub bad([](const auto&) {
    return respond("503 Service Unavailable", "application/problem+json", R"({"detail":"draining"})", true);
  });
  const auto ran = probe(bad.url("/readyz?access_token=hidden"));
  CHECK(ran.code == 1);
  CHECK(ran.err.find("503 Service Unavailable: draining") != std::string::npos);
  CHECK(ran.err.find("hidden") == std::string::npos);
}

TEST_CASE("nobody who listens is a failure with a reason") {
  std::string url;
  {
    HttpStub gone([](const auto&) { return respond("200 OK", "text/plain", ""); });
    url = gone.url("/livez");
  }
  const auto ran = probe(url);
  CHECK(ran.code == 1);
  CHECK(ran.err.find("refused") != std::string::npos);
}

TEST_CASE("a round trip needs the stream to go on, and its query goes along") {
  HttpStub ends([](const auto&) { return test::stream("retry: 10\n\n", true); });
  const auto ran = probe(ends.url("/base/?access_token=t"), "a/b");
  CHECK(ran.code == 1);
  CHECK(ran.err.find("the stream ended before its first block") != std::string::npos);
  REQUIRE(!ends.requests().empty());
  CHECK(ends.requests()[0].starts_with("GET /base/subscribe/a%2Fb?access_token=t HTTP/1.1\r\n"));
}

TEST_CASE("a gap on the stream fails the round trip") {
  HttpStub gap([](const auto&) { return test::stream("id: 1-a\nevent: gap\ndata: {}\n\n", true); });
  const auto ran = probe(gap.url("/"), "c");
  CHECK(ran.code == 1);
  CHECK(ran.err.find("a gap") != std::string::npos);
}
