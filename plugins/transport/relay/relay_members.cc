#include <algorithm>

#include "transport/relay/address.h"
#include "transport/relay/relay.h"

namespace sse::relay {

namespace {

/// The numeric addresses of relay.original_nodes; `*` is none.
Result<std::vector<std::string>> originalsOf(const Settings& settings) {
  std::vector<std::string> found;
  for (const auto& entry : settings.list("relay.original_nodes")) {
    if (entry == "*") continue;
    found.push_back(canonicalAddress(entry));
    if (!found.back().empty()) continue;
    return Error{Code::InvalidArgument, "relay.original_nodes: expected numeric addresses or *, got \"" + entry + "\""};
  }
  return found;
}

}  // namespace

Result<void> Relay::allowOriginals(const Settings& settings) {
  auto found = originalsOf(settings);
  if (!found.ok()) return found.error();
  allowed_ = *std::move(found);
  const auto& node = host_->node();
  const auto listed = settings.list("relay.original_nodes");
  any_original_ = std::ranges::find(listed, "*") != listed.end() ||
                  (!settings.has("relay.original_nodes") && node.cluster_secret.empty() && !node.guarded);
  return {};
}

/// Links that are up keep their certificates: whoever is dialed or dials from now on meets the new ones. Original nodes
/// wait for the next start, and are to be good for it.
Result<void> Relay::reload(std::string_view settings_json) {
  const Settings settings(settings_json);
  if (const auto good = originalsOf(settings); !good.ok()) return good.error();
  return takeTls(settings);
}

std::string Relay::closed() const {
  const auto& node = host_->node();
  if (!node.guarded || !node.cluster_secret.empty() || tls_.mutual()) return {};
  return "auth asks for credentials, so nodes need some too: set cluster.secret on every node, or relay.client_names "
         "where they link by TLS alone";
}

bool Relay::allowsOriginal(const std::string& address) const {
  if (tls_.only()) return false;
  return any_original_ || std::find(allowed_.begin(), allowed_.end(), address) != allowed_.end();
}

void Relay::added(const PeerAdded& peer) {
  auto& reader = readers_[peer.key];
  const bool fresh = !reader;
  if (fresh) {
    reader = std::make_unique<Reader>(static_cast<Hub&>(*this), peer);
  } else {
    reader->rename(peer.name);
  }
  memberChanged();
  if (fresh) reader->dial();
}

void Relay::removed(const PeerRemoved& peer) {
  const auto found = readers_.find(peer.key);
  if (found == readers_.end()) return;
  const auto reader = std::move(found->second);
  readers_.erase(found);
  const auto* link = reader->link();
  const auto tag = reader->peerHello().tag;
  reader->close();
  if (plan_.broken(peer.key)) wakeWaiting();
  memberChanged();
  lost(link, tag);
}

const NodeNames& Relay::names() {
  if (names_) return *names_;
  names_.emplace();
  names_->add(host_->node().name);
  for (const auto& [key, reader] : readers_) names_->add(reader->name());
  for (const auto& feeder : feeders_) {
    if (feeder->up()) names_->add(feeder->peerHello().name);
  }
  return *names_;
}

/// A member that nobody has answered for yet may be an original node whose first event is on its way.
void Relay::memberChanged() {
  names_.reset();
  followJournal();
  OriginalNodes message;
  for (const auto& [key, reader] : readers_) {
    const auto& address = reader->numeric();
    if (address.empty() || reader->kind() == Reader::Kind::Ours || !allowsOriginal(address)) continue;
    message.addresses.push_back(address);
  }
  std::sort(message.addresses.begin(), message.addresses.end());
  const auto repeats = std::unique(message.addresses.begin(), message.addresses.end());
  message.addresses.erase(repeats, message.addresses.end());
  if (message.addresses == originals_told_) return;
  originals_told_ = message.addresses;
  host_->bus().publish(std::move(message));
}

}  // namespace sse::relay
