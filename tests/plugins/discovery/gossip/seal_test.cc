#include "discovery/gossip/seal.h"

#include <doctest/doctest.h>

#include "codec_support.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::hex;
using gossip::test::keys;
using gossip::test::unhex;

namespace {

constexpr std::string_view k16 = "0123456789abcdef";
constexpr std::string_view k24 = "0123456789abcdef01234567";
constexpr std::string_view k32 = "0123456789abcdef0123456789abcdef";

/// The list as one key seals with it: lists with the same primary open each other's boxes.
bool samePrimary(std::string_view a, std::string_view b) {
  return keys(b).open(keys(a).seal(1, "text", "", randomNonce()), "").ok();
}

std::string refusal(std::string_view list) {
  const auto parsed = KeyRing::parse(list);
  return parsed.ok() ? "" : parsed.error().text;
}

}  // namespace

TEST_CASE("a box opens again, in both versions, with keys of every size and texts of every size") {
  for (const auto key : {k16, k24, k32}) {
    for (const std::uint8_t version : {0, 1}) {
      for (std::size_t size = 0; size < 50; ++size) {
        const auto ring = keys(key);
        const std::string text(size, '\x01');
        const auto box = ring.seal(version, text, "label", randomNonce());
        CHECK(box.size() == boxSize(version, size));
        CHECK(box.size() <= size + boxOverhead(version));
        const auto opened = ring.open(box, "label");
        REQUIRE(opened.ok());
        CHECK(*opened == text);
      }
    }
  }
}

TEST_CASE("AES-GCM is that of its specification") {
  // Test cases 2, 8 and 14: a key of zeros, a nonce of zeros, a block of zeros.
  const std::string zeros(16, '\0');
  const auto box = [&](std::size_t size) {
    const auto ring = keys("raw:" + std::string(size, '\0'));
    return hex(ring.seal(1, zeros, "", Nonce{})).substr(26);
  };
  CHECK(box(16) == "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf");
  CHECK(box(24) == "98e7247c07f0fe411c267e4384b0f6002ff58d80033927ab8ef4d4587514f0fb");
  CHECK(box(32) == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
}

TEST_CASE("overheads are those of the protocol") {
  CHECK(boxOverhead(1) == 29);
  CHECK(boxOverhead(0) == 45);
  CHECK(boxSize(1, 66) == 95);
  CHECK(boxSize(0, 66) == 109);
  CHECK(boxSize(0, 64) == 64 + 45);
}

TEST_CASE("a box that was changed anywhere does not open, nor one with other authenticated bytes") {
  const auto ring = keys(k16);
  for (const std::uint8_t version : {0, 1}) {
    const auto box = ring.seal(version, "text", "label", randomNonce());
    for (std::size_t i = 0; i < box.size(); ++i) {
      auto changed = box;
      changed[i] = static_cast<char>(changed[i] ^ 4);
      CHECK(!ring.open(changed, "label").ok());
    }
    for (std::size_t size = 0; size < box.size(); ++size) CHECK(!ring.open(box.substr(0, size), "label").ok());
    CHECK(!ring.open(box, "").ok());
    CHECK(!ring.open(box, "labels").ok());
  }
}

TEST_CASE("the primary key seals and every key opens") {
  const auto old_ring = keys(k16);
  const auto both = KeyRing::parse(std::string(k32) + "," + std::string(k16)).value();
  const auto fresh = keys(k32);
  CHECK(both.size() == 2);
  CHECK(both.open(old_ring.seal(1, "text", "", randomNonce()), "").ok());
  CHECK(fresh.open(both.seal(1, "text", "", randomNonce()), "").ok());
  const auto refused = old_ring.open(both.seal(1, "text", "", randomNonce()), "");
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Code::Unauthenticated);
  CHECK(!KeyRing().open(both.seal(1, "text", "", randomNonce()), "").ok());
}

TEST_CASE("boxes that are too short and versions that are unknown are refused") {
  const auto ring = keys(k16);
  const auto code = [&](const std::string& box) { return ring.open(box, "").error().code; };
  CHECK(code("") == Code::InvalidArgument);
  CHECK(code('\x02' + std::string(60, 'x')) == Code::Unsupported);
  CHECK(code('\x01' + std::string(27, 'x')) == Code::InvalidArgument);
  CHECK(code('\x01' + std::string(28, 'x')) == Code::Unauthenticated);
  CHECK(code('\0' + std::string(43, 'x')) == Code::InvalidArgument);
  CHECK(code(std::string(45, '\0')) == Code::Unauthenticated);
}

TEST_CASE("padding that can not be is refused") {
  const auto ring = keys(k16);
  const auto opens = [&](std::string text) {
    auto box = ring.seal(1, text, "", Nonce{});
    box[0] = '\0';
    return ring.open(box, "").ok();
  };
  CHECK(opens(std::string(15, 'x') + '\x01'));
  CHECK(opens(std::string(16, '\x10')));
  CHECK(!opens(std::string(16, '\0')));
  CHECK(!opens(std::string(16, '\x11')));
  CHECK(!opens(std::string(32, '\xff')));
}

TEST_CASE("nonces are random") {
  CHECK(randomNonce() != randomNonce());
  const auto ring = keys(k16);
  CHECK(ring.seal(1, "text", "", randomNonce()) != ring.seal(1, "text", "", randomNonce()));
}

TEST_CASE("keys are read as they are or as base64") {
  CHECK(KeyRing::parse("").value().empty());
  CHECK(!keys(k16).empty());
  CHECK(samePrimary(k16, "MDEyMzQ1Njc4OWFiY2RlZg=="));
  CHECK(samePrimary(k16, "base64:MDEyMzQ1Njc4OWFiY2RlZg=="));
  CHECK(samePrimary(k16, "raw:0123456789abcdef"));
  CHECK(samePrimary(k32, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="));
  CHECK(samePrimary(k24, "base64:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"));
  CHECK(!samePrimary(k24, "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"));
  CHECK(samePrimary("raw:MDEyMzQ1Njc4OWFiY2RlZg==", "raw:MDEyMzQ1Njc4OWFiY2RlZg=="));
  CHECK(!samePrimary("raw:MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1Njc4OWFiY2RlZg=="));
  CHECK(samePrimary("base64:+/+/+/+/+/+/+/+/+/+/+w==", "+/+/+/+/+/+/+/+/+/+/+w=="));
  CHECK(samePrimary("raw:" + unhex("fbffbffbffbffbffbffbffbffbffbffb"), "+/+/+/+/+/+/+/+/+/+/+w=="));
}

TEST_CASE("keys of other sizes are refused without showing them") {
  CHECK(refusal("secretsecret") == "key 1: expected 16, 24 or 32 bytes, plain or as base64, got 12 bytes");
  CHECK(refusal("0123456789abcdef,") == "key 2: expected 16, 24 or 32 bytes, plain or as base64, got 0 bytes");
  CHECK(refusal("base64:!!!!") == "key 1: expected 16, 24 or 32 bytes, plain or as base64, got base64 that is none");
  for (const auto* list :
       {",", "base64:", "base64:MDEy", "base64:MDEyMzQ1Njc4OWFiY2RlZg", "raw:", "MDEy", "0123456789abcdef,short"})
    CHECK(!KeyRing::parse(list).ok());
}
