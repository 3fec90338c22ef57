#include "http/uri.h"

#include <doctest/doctest.h>
#include <string>

using namespace sse::http;

TEST_CASE("percent escapes are decoded, bad ones are errors") {
  CHECK(percentDecode("").value().empty());
  CHECK(percentDecode("a%2Fb%2f%25+c").value() == "a/b/%+c");
  CHECK(percentDecode("%00").value() == std::string(1, '\0'));
  CHECK(queryDecode("a+b%2Bc").value() == "a b+c");
  for (const auto* bad : {"%", "%2", "a%", "%zz", "%2g", "%%20", "%+1", "% 2"}) {
    CAPTURE(bad);
    CHECK_FALSE(percentDecode(bad).ok());
  }
}

TEST_CASE("names are 1 to 256 bytes of UTF-8 without control characters") {
  CHECK(decodeName("news").value() == "news");
  CHECK(decodeName("a%2Fb").value() == "a/b");
  CHECK(decodeName("a+b").value() == "a+b");
  CHECK(decodeName("gr%C3%BCn").value() == "gr\xC3\xBCn");
  CHECK(decodeName("gr\xC3\xBCn").value() == "gr\xC3\xBCn");
  CHECK(decodeName("%C2%A0").value() == "\xC2\xA0");
  CHECK(decodeName(std::string(256, 'a')).ok());
  for (const auto* bad :
       {"", "%00", "a%0Ab", "%1f", "%7F", "%C2%80", "%C2%9F", "%FF", "%C3", "%ED%A0%80", "%C0%AF", "%2"}) {
    CAPTURE(bad);
    CHECK_FALSE(decodeName(bad).ok());
  }
  CHECK_FALSE(decodeName(std::string(257, 'a')).ok());
  CHECK(decodeName("%C2%85").error().text.find("control character") != std::string::npos);
}

TEST_CASE("parameters of a query are found by their decoded names") {
  CHECK(param("last=5&last_event_id=a%20b+c", "last_event_id").value() == "a b c");
  CHECK(param("l%61st=5", "last").value() == "5");
  CHECK(param("last&x=1", "last").value() == "");
  CHECK(param("a=b=c", "a").value() == "b=c");
  CHECK(param("&&a=1&", "a").value() == "1");
  CHECK_FALSE(param("lasts=1", "last").value().has_value());
  CHECK_FALSE(param("", "a").value().has_value());
  const auto all = params("channel=a&x=1&channel=b%26c&channel", "channel").value();
  CHECK(all == std::vector<std::string>{"a", "b&c", ""});
}

TEST_CASE("a bad escape is an error where it is asked for, and in any name") {
  CHECK_FALSE(param("a=%2", "a").ok());
  CHECK_FALSE(params("a=1&a=%zz", "a").ok());
  CHECK_FALSE(param("%zz=1&a=1", "a").ok());
  CHECK(param("b=%zz&a=1", "a").value() == "1");
}
