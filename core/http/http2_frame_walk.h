#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sse::http {

/// Where frames begin in what a client of HTTP/2 sends, so that each can be judged in the state that those before it
/// have left. Holds no more than the head of one frame. Owned by its session, lives on that one's thread.
class Http2FrameWalk {
 public:
  /// RFC 9113 4.1.
  struct Head {
    std::uint32_t length = 0;
    std::uint8_t type = 0;
    std::uint8_t flags = 0;
    std::int32_t stream = 0;
    std::int32_t depends_on = -1;  ///< of PRIORITY; -1: none
  };

  /// How many of `bytes`, which follow those of the last call, to take next: all of them, or up to the end of a frame.
  /// At least 1 where there are any. [loop]
  std::size_t next(std::string_view bytes);

  /// The head that is whole since the last call of `next`; none: nullptr. [loop]
  [[nodiscard]] const Head* begun() const { return begun_ ? &head_ : nullptr; }

 private:
  static constexpr std::size_t kHead = 9;
  static constexpr std::size_t kDependency = 4;

  [[nodiscard]] std::size_t needed() const;
  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t size) const;
  void read();

  std::array<std::uint8_t, kHead + kDependency> bytes_{};
  std::size_t have_ = 0;
  std::size_t skip_ = 24;  ///< the client's preface, RFC 9113 3.4; then the rest of a payload
  Head head_;
  bool begun_ = false;
};

}  // namespace sse::http
