#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/address.h"
#include "sse/result.h"

namespace sse::net {

/// Addresses and networks that somebody listed: 10.0.0.10, 10.0.0.0/8, fd00::/8. Immutable; any thread.
class Networks {
 public:
  /// A text that is neither is Code::InvalidArgument. Bits behind a prefix do not count (RFC 4632 3.1). [any]
  static Result<Networks> parse(const std::vector<std::string>& texts);

  [[nodiscard]] bool empty() const { return networks_.empty(); }
  [[nodiscard]] bool contains(const Address& address) const;

 private:
  struct Network {
    Address address{};
    int bits = 0;  ///< of the 128
  };
  static Result<Network> parseOne(std::string_view text);

  std::vector<Network> networks_;
};

}  // namespace sse::net
