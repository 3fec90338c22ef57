#include "discovery/gossip/lzw.h"

#include <doctest/doctest.h>
#include <fstream>
#include <iterator>
#include <openssl/sha.h>
#include <random>

#include <nlohmann/json.hpp>

#include "codec_support.h"

using namespace sse;
using namespace sse::gossip;
using gossip::test::hex;
using gossip::test::unhex;

namespace {

constexpr std::size_t kAll = std::size_t{1} << 30;

/// The input of a vector: its "lzw_about".
std::string generated(std::size_t size, std::uint32_t mask) {
  std::string out;
  std::uint32_t x = 1;
  for (std::size_t i = 0; i < size; ++i) {
    x ^= x << 13U;
    x ^= x >> 17U;
    x ^= x << 5U;
    out += static_cast<char>(x >> 24U & mask);
  }
  return out;
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  return hex({reinterpret_cast<const char*>(digest), sizeof(digest)});
}

/// Codes as bits, widths as the decoder expects them.
class Codes {
 public:
  Codes& add(std::uint32_t code, unsigned width) {
    bits_ |= std::uint64_t{code} << count_;
    for (count_ += width; count_ >= 8; count_ -= 8, bits_ >>= 8U) out_ += static_cast<char>(bits_ & 255U);
    return *this;
  }
  [[nodiscard]] std::string end() const { return count_ > 0 ? out_ + static_cast<char>(bits_ & 255U) : out_; }

 private:
  std::string out_;
  std::uint64_t bits_ = 0;
  unsigned count_ = 0;
};

/// Literals only, with or without a clear at the start; the table fills up and is never cleared.
std::string literals(std::string_view bytes, bool clear) {
  Codes codes;
  unsigned width = 9;
  unsigned top = 257;
  if (clear) codes.add(256, 9);
  for (const char c : bytes) {
    codes.add(static_cast<unsigned char>(c), width);
    if (top < 4095) ++top;
    if (top == 1U << width && width < 12) ++width;
  }
  return codes.add(257, width).end();
}

}  // namespace

TEST_CASE("the vectors of Go's encoder hold in both directions") {
  std::ifstream file(SSE_SOURCE_DIR "/tests/plugins/discovery/gossip/vectors/vectors.json");
  const auto cases = nlohmann::json::parse(file)["lzw"];
  REQUIRE(cases.size() == 76);
  for (const auto& one : cases) {
    CAPTURE(one.dump());
    const auto input = generated(one["length"], one["mask"]);
    const auto packed = lzwEncode(input);
    CHECK(packed.size() == one["compressed_length"]);
    CHECK(sha256(packed) == one["sha256"].get<std::string>());
    const auto back = lzwDecode(packed, input.size());
    REQUIRE(back.ok());
    CHECK(*back == input);
  }
}

TEST_CASE("input of every kind comes back") {
  std::mt19937 random(7);
  for (const std::size_t size : {1U, 2U, 3U, 4000U, 5000U, 100000U, 1000000U}) {
    std::string noise;
    for (std::size_t i = 0; i < size; ++i) noise += static_cast<char>(random());
    for (const auto& input : {std::string(size, '\0'), std::string(size, 'x'), noise, generated(size, 3)}) {
      const auto back = lzwDecode(lzwEncode(input), size);
      REQUIRE(back.ok());
      CHECK((*back == input));
    }
  }
}

TEST_CASE("literals only are decoded, with and without the first clear, also when the table is full") {
  for (const std::size_t size : {0U, 1U, 254U, 255U, 3837U, 3838U, 3839U, 3840U, 9000U}) {
    CAPTURE(size);
    const auto input = generated(size, 255);
    CHECK((lzwDecode(literals(input, false), kAll).value() == input));
    CHECK((lzwDecode(literals(input, true), kAll).value() == input));
  }
}

TEST_CASE("bytes behind the end code are ignored") {
  LzwDecoder decoder(kAll);
  std::string out;
  CHECK(decoder.feed(lzwEncode("hello") + "more", out).ok());
  CHECK(decoder.ended());
  CHECK(decoder.feed("and more", out).ok());
  CHECK(out == "hello");
}

TEST_CASE("input without its end code is refused") {
  const auto packed = lzwEncode("hello");
  for (std::size_t size = 0; size < packed.size(); ++size)
    CHECK(!lzwDecode(std::string_view(packed).substr(0, size), kAll).ok());
}

TEST_CASE("codes that are not known are refused") {
  CHECK(!lzwDecode(Codes().add(258, 9).add(257, 9).end(), kAll).ok());
  CHECK(!lzwDecode(Codes().add('a', 9).add(259, 9).add(257, 9).end(), kAll).ok());
  CHECK(!lzwDecode(Codes().add('a', 9).add(511, 9).add(257, 9).end(), kAll).ok());
  CHECK(lzwDecode(Codes().add('a', 9).add(258, 9).add(257, 9).end(), kAll).value() == "aaa");
  CHECK(!lzwDecode(Codes().add('a', 9).add(258, 9).add(256, 9).add(258, 9).add(257, 9).end(), kAll).ok());
}

TEST_CASE("output is limited to the byte") {
  const auto packed = lzwEncode(std::string(1000000, 'x'));
  CHECK(packed.size() < 3000);
  CHECK(lzwDecode(packed, 1000000).ok());
  const auto refused = lzwDecode(packed, 999999);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == Code::TooLarge);
  CHECK(lzwDecode(lzwEncode(""), 0).ok());
  CHECK(!lzwDecode(lzwEncode("x"), 0).ok());
}

TEST_CASE("a decoder takes its input in pieces") {
  const auto input = generated(20000, 15);
  LzwDecoder decoder(kAll);
  std::string out;
  for (const char c : lzwEncode(input)) {
    CHECK(!decoder.ended());
    REQUIRE(decoder.feed({&c, 1}, out).ok());
  }
  CHECK(decoder.ended());
  CHECK((out == input));
}

TEST_CASE("any bytes are decoded or refused") {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string noise;
    for (int i = 0; i < 200; ++i) noise += static_cast<char>(random());
    const auto decoded = lzwDecode(noise, 5000);
    CHECK((!decoded.ok() || decoded->size() <= 5000));
  }
}
