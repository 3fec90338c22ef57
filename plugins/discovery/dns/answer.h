#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sse/result.h"

namespace sse::dns {

/// Records that are read of one message and endpoints that are followed; what is more is left out and told.
constexpr std::size_t kMaxRecords = 1024;

/// The longest name, in text without the last dot (RFC 1035 section 2.3.4).
constexpr std::size_t kMaxName = 253;

/// An address record: A (RFC 1035) or AAAA (RFC 3596).
struct Address {
  std::string owner;  ///< lower case, without the last dot
  std::string text;   ///< numeric
  bool v6 = false;
  bool operator==(const Address&) const = default;
};

/// A service record (RFC 2782). Priority and weight are not kept: all nodes are peers.
struct Service {
  std::string target;  ///< lower case, without the last dot; empty: the service is decidedly not available
  std::uint16_t port = 0;
  bool operator==(const Service&) const = default;
};

/// What of a DNS message is of use here.
struct Answer {
  std::vector<Address> addresses;   ///< of the answer section
  std::vector<Service> services;    ///< of the answer section
  std::vector<Address> additional;  ///< of the additional section
  /// How long it may be kept: the least TTL of the records above and of the aliases that lead to them. Without any
  /// answer record, what the zone says of names that are not there (RFC 2308 section 5).
  std::optional<std::chrono::seconds> ttl;
  bool cut = false;  ///< there were more than kMaxRecords records
};

/// Reads a whole message (RFC 1035 section 4). Records of other types and classes, with illegal names or with data of a
/// wrong length are passed over; a message that ends within a record is an error. [any]
Result<Answer> parseAnswer(std::span<const unsigned char> message);

/// Whether `name` is made of labels of 1 to 63 letters, digits, hyphens and underscores and fits into kMaxName; a last
/// dot is allowed. [any]
bool isName(std::string_view name);

}  // namespace sse::dns
