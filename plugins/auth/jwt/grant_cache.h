#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <list>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "auth/jwt/claims.h"
#include "sse/metrics.h"

namespace sse::jwt {

/// SHA-256 of a token: what the cache keeps in its place.
using TokenDigest = std::array<unsigned char, 32>;
TokenDigest digestOf(std::string_view token);

/// Tokens whose signature was good, so that it is computed once per token. Bad ones are not kept: only holders of good
/// tokens can push others out. Bounded; the least recently used goes first. Thread-safe: loops share it by parts, each
/// with a lock of its own that is held for a look-up only. [any]
class GrantCache {
 public:
  GrantCache(std::size_t most, Gauge& entries);

  /// Nullptr where it is not known. What was remembered for another `epoch` is forgotten.
  std::shared_ptr<const Grant> find(const TokenDigest& token, std::uint64_t epoch);
  void add(const TokenDigest& token, std::uint64_t epoch, std::shared_ptr<const Grant> grant);

 private:
  static constexpr std::size_t kParts = 16;

  struct Hash {
    std::size_t operator()(const TokenDigest& token) const {
      std::size_t hash = 0;
      std::memcpy(&hash, token.data(), sizeof(hash));
      return hash;
    }
  };
  struct Entry {
    TokenDigest token;
    std::shared_ptr<const Grant> grant;
  };
  struct alignas(64) Part {
    std::mutex mutex;
    std::uint64_t epoch = 0;
    std::list<Entry> by_use;  ///< newest first
    std::unordered_map<TokenDigest, std::list<Entry>::iterator, Hash> known;
  };

  Part& partOf(const TokenDigest& token) { return parts_[token.back() % kParts]; }
  void renew(Part& part, std::uint64_t epoch);

  const std::size_t most_per_part_;
  Gauge& entries_;
  std::array<Part, kParts> parts_;
};

}  // namespace sse::jwt
