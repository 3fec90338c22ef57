#include "api/console.h"

#include <array>
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <string>

using namespace sse::api;

namespace {

/// What stands between `<tag>` and `</tag>`, which are there once each.
std::string_view inside(std::string_view html, const std::string& tag) {
  const auto begin = html.find("<" + tag + ">");
  const auto end = html.find("</" + tag + ">");
  REQUIRE(begin != std::string_view::npos);
  REQUIRE(end != std::string_view::npos);
  CHECK(html.find("<" + tag, begin + 1) == std::string_view::npos);
  return html.substr(begin + tag.size() + 2, end - begin - tag.size() - 2);
}

std::string hashSource(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  REQUIRE(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  std::array<unsigned char, 64> base64{};
  const int length = EVP_EncodeBlock(base64.data(), digest.data(), static_cast<int>(size));
  return "'sha256-" + std::string(base64.begin(), base64.begin() + length) + "'";
}

}  // namespace

TEST_CASE("the policy names the hashes of the console's own style and script, and lets nothing else run") {
  const std::string policy(kConsolePage.policy);
  CHECK(policy.find("; style-src " + hashSource(inside(kConsolePage.html, "style")) + ";") != std::string::npos);
  CHECK(policy.find("; script-src " + hashSource(inside(kConsolePage.html, "script")) + ";") != std::string::npos);
  CHECK(policy.starts_with("default-src 'none';"));
  for (const char* other : {"unsafe", "http:", "https:", "*", "nonce"}) {
    CAPTURE(other);
    CHECK(policy.find(other) == std::string::npos);
  }
}

TEST_CASE("the console is one text of at most 40 KB that refers to nothing elsewhere") {
  const auto html = kConsolePage.html;
  CHECK(html.starts_with("<!doctype html>"));
  CHECK(html.ends_with("</html>\n"));
  CHECK(html.size() <= 40'000);
  for (const char* other :
       {"@STYLE@", "@SCRIPT@", "innerHTML", " src=", "@import", "url(", " style=", "https://", "<link rel=\"style"}) {
    CAPTURE(other);
    CHECK(html.find(other) == std::string_view::npos);
  }
}

TEST_CASE("the console's tag is a quoted text of its own") {
  CHECK(kConsolePage.etag.size() == 18);
  CHECK(kConsolePage.etag.front() == '"');
  CHECK(kConsolePage.etag.back() == '"');
}
