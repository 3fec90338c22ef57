#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sse/result.h"

/// Encryption of packets and streams (docs/memberlist.md section 8). A box is a version byte, a nonce, the ciphertext
/// and a tag. [any]
namespace sse::gossip {

inline constexpr std::size_t kNonceSize = 12;
inline constexpr std::size_t kTagSize = 16;
/// The version that pads its plaintext to whole blocks, and the one that does not.
inline constexpr std::uint8_t kPaddedBox = 0;
inline constexpr std::uint8_t kPlainBox = 1;

using Nonce = std::array<char, kNonceSize>;
/// Where the nonces of outgoing boxes come from. Nothing but a test vector may repeat one.
using NonceSource = std::function<Nonce()>;

/// Random bytes; aborts where the system has none.
Nonce randomNonce();

/// Size of the box around `plain` bytes.
std::size_t boxSize(std::uint8_t version, std::size_t plain);

/// What a box of this version adds at most: 29 bytes, 45 for version 0.
std::size_t boxOverhead(std::uint8_t version);

/// The keys of the cluster, the primary first. A value; immutable once parsed. Every key has 16, 24 or 32 bytes. Texts
/// of errors never hold a key.
class KeyRing {
 public:
  /// No keys: nothing is encrypted.
  KeyRing() = default;

  /// Keys separated by commas. Each is `base64:` and base64, or `raw:` and the bytes themselves, or without such a
  /// prefix base64 where it is padded with `=` to the size of a key (24 characters for 16 bytes, 44 for 32), else the
  /// bytes themselves. Empty text: no keys.
  static Result<KeyRing> parse(std::string_view list);

  [[nodiscard]] bool empty() const noexcept { return keys_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

  /// The box around `plain`, by the primary key. `authenticated` is covered by the tag and not in the box. Only where
  /// there is a key, and for version 0 or 1.
  [[nodiscard]] std::string seal(std::uint8_t version, std::string_view plain, std::string_view authenticated,
                                 const Nonce& nonce) const;

  /// What the box holds: the first key that fits counts. Either version; any bytes may come in.
  [[nodiscard]] Result<std::string> open(std::string_view box, std::string_view authenticated) const;

 private:
  std::vector<std::string> keys_;
};

}  // namespace sse::gossip
