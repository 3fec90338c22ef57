#include "net/ticket_keys.h"

#include <algorithm>
#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace sse::net {
namespace {

bool fill(std::span<unsigned char> bytes) { return RAND_priv_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1; }

void wipe(TicketKey& key) {
  OPENSSL_cleanse(&key, sizeof key);
  key = {};
}

bool exists(const TicketKey& key) { return key.made != Clock::time_point(); }

}  // namespace

TicketKeys::~TicketKeys() {
  for (auto& key : keys_) wipe(key);
}

std::optional<TicketKey> TicketKeys::sealing(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  forgetOld(now);
  auto& newest = keys_[0];
  if (exists(newest) && now - newest.made < kUse) return newest;
  TicketKey made;
  made.made = now;
  if (!fill(made.name) || !fill(made.cipher) || !fill(made.mac)) return std::nullopt;
  keys_[1] = newest;
  newest = made;
  return made;
}

std::optional<TicketKey> TicketKeys::opening(std::span<const unsigned char, 16> name, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  forgetOld(now);
  for (const auto& key : keys_) {
    if (exists(key) && std::ranges::equal(key.name, name)) return key;
  }
  return std::nullopt;
}

void TicketKeys::forgetOld(Clock::time_point now) {
  for (auto& key : keys_) {
    if (exists(key) && now - key.made >= 2 * kUse) wipe(key);
  }
}

}  // namespace sse::net
