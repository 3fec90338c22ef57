#include "http/http2_frame_walk.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

using sse::http::Http2FrameWalk;

namespace {

const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

std::string frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream, const std::string& payload) {
  std::string out;
  for (const int shift : {16, 8, 0}) out += static_cast<char>(payload.size() >> shift & 0xffU);
  out += static_cast<char>(type);
  out += static_cast<char>(flags);
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(static_cast<std::uint32_t>(stream) >> shift & 0xffU);
  return out + payload;
}

/// The heads of `bytes` that come in pieces of `size`.
std::vector<Http2FrameWalk::Head> heads(std::string_view bytes, std::size_t size) {
  Http2FrameWalk walk;
  std::vector<Http2FrameWalk::Head> found;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size()))) {
    auto piece = bytes.substr(0, size);
    while (!piece.empty()) {
      const auto used = walk.next(piece);
      REQUIRE(used > 0);
      REQUIRE(used <= piece.size());
      if (walk.begun() != nullptr) found.push_back(*walk.begun());
      piece.remove_prefix(used);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("every frame is found with its head, however the bytes are cut") {
  const std::string bytes = kPreface + frame(4, 0, 0, "") + frame(1, 5, 1, std::string(300, 'h')) +
                            frame(0, 1, 3, "data") + frame(2, 0, 5, std::string("\x80\0\0\x05\x10", 5)) +
                            frame(2, 0, 7, "ab") + frame(6, 0, 0, "12345678");
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    CAPTURE(size);
    const auto found = heads(bytes, size);
    REQUIRE(found.size() == 6);
    CHECK(found[0].type == 4);
    CHECK(found[1].type == 1);
    CHECK(found[1].length == 300);
    CHECK(found[1].flags == 5);
    CHECK(found[1].stream == 1);
    CHECK(found[2].stream == 3);
    CHECK(found[2].depends_on == -1);
    CHECK(found[3].depends_on == 5);
    CHECK(found[4].type == 2);
    CHECK(found[4].depends_on == -1);
    CHECK(found[5].type == 6);
  }
}

TEST_CASE("each piece ends with a frame at the latest") {
  Http2FrameWalk walk;
  const std::string bytes = kPreface + frame(0, 0, 1, "ab") + frame(0, 0, 3, "c");
  CHECK(walk.next(bytes) == kPreface.size());
  CHECK(walk.begun() == nullptr);
  CHECK(walk.next(std::string_view(bytes).substr(24)) == 11);
  CHECK(walk.next(std::string_view(bytes).substr(35)) == 10);
  CHECK(walk.begun()->stream == 3);
}

TEST_CASE("the reserved bit is no part of a stream's number") {
  Http2FrameWalk walk;
  walk.next(kPreface);
  walk.next(frame(0, 0, static_cast<std::int32_t>(0x8000'0007U), "x"));
  REQUIRE(walk.begun() != nullptr);
  CHECK(walk.begun()->stream == 7);
}
