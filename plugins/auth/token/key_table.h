#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sse/certificate.h"
#include "sse/result.h"
#include "sse/rights.h"

namespace sse::token {

using Time = std::chrono::system_clock::time_point;
using Hash = std::array<unsigned char, 32>;

/// SHA-256. [any]
Hash hashOf(std::string_view token);

/// One row of the file. Immutable.
struct Key {
  std::string name;  ///< the identity
  Rights rights;
  std::optional<Time> expires;
  std::uint64_t credential = 0;  ///< of the whole row: another one when anything in it changes
};

/// The keys of one file at one moment, by the hashes of their tokens or the names of certificates. Immutable, shared by
/// the loops. A look-up does not tell by its time how much of a token was right, as it compares hashes.
class KeyTable {
 public:
  /// From the text of a token file: `{"tokens": [{"name", "hash": "sha256:<hex>", "publish", "subscribe", "admin",
  /// "expires"}]}`, with "certificate" instead of "hash" for who comes with one of that name. The error says which row
  /// and what of it is wrong, and shows no hash. [any]
  static Result<KeyTable> parse(std::string_view text);

  /// The key of a token, or nullptr.
  [[nodiscard]] const Key* find(std::string_view token) const;
  /// The key of the first of a certificate's names that has one, or nullptr.
  [[nodiscard]] const Key* find(const ClientCertificate& certificate) const;
  [[nodiscard]] std::size_t size() const { return keys_.size() + certificates_.size(); }
  /// Credentials of this table that `later` has no more.
  [[nodiscard]] std::vector<std::uint64_t> missingFrom(const KeyTable& later) const;

 private:
  /// A row's whole: its key, under what it is found by.
  Result<void> add(const std::string& hash, const std::string& certificate, Key key);

  struct First8 {
    std::size_t operator()(const Hash& hash) const {
      std::size_t bits = 0;
      std::memcpy(&bits, hash.data(), sizeof bits);
      return bits;
    }
  };
  std::unordered_map<Hash, Key, First8> keys_;
  std::unordered_map<std::string, Key> certificates_;  ///< by names as ClientCertificate has them
};

/// `2027-01-31T12:00:00Z`, in UTC; nothing where it is not of that form or no time. [any]
std::optional<Time> parseTime(std::string_view text);

}  // namespace sse::token
