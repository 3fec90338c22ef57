#include "stream/clients.h"

namespace sse::stream {
namespace {

bool samePlace(const ClientRegistry::Holder& a, const ClientRegistry::Holder& b) {
  return a.loop == b.loop && a.slot == b.slot && a.generation == b.generation;
}

}  // namespace

std::string ClientRegistry::key(std::string_view channel, std::string_view client) {
  // Names hold no control characters, so this joins them without ambiguity.
  std::string key(channel);
  key += '\0';
  key += client;
  return key;
}

ClientRegistry::Claim ClientRegistry::claim(std::string_view channel, std::string_view client, const Holder& holder,
                                            bool resumes) {
  const std::lock_guard lock(mutex_);
  auto [found, fresh] = holders_.try_emplace(key(channel, client), holder);
  if (fresh) return {true, std::nullopt};
  const auto& owner = found->second.identity;
  // Whoever has an identity was let have the id because it is that identity's.
  const bool may = owner.empty() ? resumes || !holder.identity.empty() : owner == holder.identity;
  if (!may) return {false, std::nullopt};
  Claim claim{true, found->second};
  found->second = holder;
  return claim;
}

void ClientRegistry::settle(std::string_view channel, std::string_view client, const Holder& holder) {
  const std::lock_guard lock(mutex_);
  holders_[key(channel, client)] = holder;
}

void ClientRegistry::release(std::string_view channel, std::string_view client, const Holder& holder) {
  const std::lock_guard lock(mutex_);
  const auto found = holders_.find(key(channel, client));
  if (found != holders_.end() && samePlace(found->second, holder)) holders_.erase(found);
}

bool ClientRegistry::enter(const std::string& identity, std::uint64_t most) {
  const std::lock_guard lock(mutex_);
  auto& count = streams_[identity];
  if (most != 0 && count >= most) return false;
  ++count;
  return true;
}

void ClientRegistry::leave(const std::string& identity) {
  const std::lock_guard lock(mutex_);
  const auto found = streams_.find(identity);
  if (found != streams_.end() && --found->second == 0) streams_.erase(found);
}

std::optional<ClientRegistry::Holder> ClientRegistry::find(std::string_view channel, std::string_view client) const {
  const std::lock_guard lock(mutex_);
  const auto found = holders_.find(key(channel, client));
  if (found == holders_.end()) return std::nullopt;
  return found->second;
}

}  // namespace sse::stream
