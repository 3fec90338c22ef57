#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "http/types.h"

namespace sse::http {

/// Request line and headers, as HeadParser found them. Owned by its connection and used again for each request: nothing
/// is allocated. All views point into the bytes that were parsed and die with them.
class Head {
 public:
  static constexpr std::size_t kMaxHeaders = 100;

  Method method = Method::Other;
  std::string_view method_text;
  std::string_view target;  ///< as sent
  std::string_view path;    ///< raw; begins with '/', or is "*" (only with OPTIONS); of an absolute target its path
  std::string_view query;   ///< raw, without the '?'
  int minor = 1;            ///< HTTP/1.minor
  bool keep_alive = false;
  bool expect_continue = false;  ///< the client waits for 100 before it sends the body
  bool chunked = false;          ///< the body goes through ChunkedDecoder
  bool upgrade = false;          ///< `Connection: upgrade` with an `Upgrade` header
  std::optional<std::uint64_t> content_length;

  [[nodiscard]] std::span<const Header> headers() const { return {headers_.data(), count_}; }

  /// The value of the first header of that name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    for (const auto& each : headers()) {
      if (sameWithoutCase(each.name, name)) return each.value;
    }
    return {};
  }

  /// How many headers have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const {
    std::size_t found = 0;
    for (const auto& each : headers()) found += sameWithoutCase(each.name, name) ? 1U : 0U;
    return found;
  }

  /// For the parser: forgets everything.
  void clear() {
    method = Method::Other;
    method_text = target = path = query = {};
    minor = 1;
    keep_alive = expect_continue = chunked = upgrade = false;
    content_length.reset();
    count_ = 0;
  }

  /// For the parser: false when there is no room for another.
  [[nodiscard]] bool add(std::string_view name, std::string_view value) {
    if (count_ == kMaxHeaders) return false;
    headers_[count_++] = {name, value};
    return true;
  }

 private:
  std::array<Header, kMaxHeaders> headers_;
  std::size_t count_ = 0;
};

}  // namespace sse::http
