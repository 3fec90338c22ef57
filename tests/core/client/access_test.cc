#include "client/access.h"

#include <cstdlib>
#include <doctest/doctest.h>
#include <map>
#include <string>

using namespace sse::client;
using Flags = std::map<std::string, std::string>;

namespace {

constexpr const char* kVariable = "SSE_CLUSTER_TOKEN";

/// The variable for the time of one test.
struct Variable {
  explicit Variable(const char* value) { ::setenv(kVariable, value, 1); }
  ~Variable() { ::unsetenv(kVariable); }
};

sse::Result<Access> parse(const std::string& url, const Flags& flags) { return parseAccess(*parseUrl(url), flags); }

std::string errorOf(const std::string& url, const Flags& flags) {
  const auto access = parse(url, flags);
  return access ? "" : access.error().text;
}

}  // namespace

TEST_CASE("flags say whom to trust and what to show") {
  const auto access = parse("https://h/", {{"ca-file", "ca"},
                                           {"server-name", "n"},
                                           {"certificate", "c"},
                                           {"key", "k"},
                                           {"token", "t"},
                                           {"event", "none of its"}});
  REQUIRE(access.ok());
  CHECK(access.value().ca_file == "ca");
  CHECK(access.value().server_name == "n");
  CHECK(access.value().certificate == "c");
  CHECK(access.value().key == "k");
  CHECK(access.value().token == "t");
  CHECK_FALSE(access.value().insecure);
  CHECK(parse("https://h/", {{"insecure", "true"}}).value().insecure);
}

TEST_CASE("the token of the variable is sent where no flag has another") {
  const Variable variable("from-variable");
  CHECK(parse("http://h/", {}).value().token == "from-variable");
  CHECK(parse("http://h/", {{"token", "from-flag"}}).value().token == "from-flag");
  CHECK(parse("http://h/", {{"token", ""}}).value().token.empty());
}

TEST_CASE("a token that no header can carry is refused, and not shown") {
  for (const auto* text : {"a b", "a\r\nX: y", "\xC3\xBC"}) {
    const auto told = errorOf("http://h/", {{"token", text}});
    CHECK(told.starts_with("--token: expected no blanks"));
    CHECK(told.find(text) == std::string::npos);
  }
  const Variable variable("a\nb");
  CHECK(errorOf("http://h/", {}).find(kVariable) != std::string::npos);
}

TEST_CASE("flags that would do nothing are refused") {
  for (const auto* flag : {"ca-file", "server-name", "certificate", "key", "insecure"}) {
    CAPTURE(flag);
    const auto told = errorOf("http://h/", {{flag, "x"}});
    CHECK(told == "--" + std::string(flag) + ": expected an https URL beside it");
  }
  for (const auto* flag : {"ca-file", "server-name"}) {
    const auto told = errorOf("https://h/", {{flag, "x"}, {"insecure", "true"}});
    CHECK(told == "--" + std::string(flag) + ": --insecure checks nothing; leave one of them out");
  }
  CHECK(parse("https://h/", {{"certificate", "x"}, {"key", "x"}, {"insecure", "true"}}).ok());
  CHECK(errorOf("https://h/", {{"ca-file", ""}}) == "--ca-file: expected a value, got none");
}
