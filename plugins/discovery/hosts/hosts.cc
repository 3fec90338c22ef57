#include "discovery/hosts/hosts.h"

#include <algorithm>
#include <utility>

#include "sse/addresses.h"
#include "sse/config.h"

namespace sse::hosts {

namespace {

constexpr const char* kUnresolved = "hosts-unresolved";

bool isV4(const std::string& address) { return address.find(':') == std::string::npos; }

}  // namespace

std::vector<std::string> systemResolve(const std::string& host) {
  auto found = addressesOf(host);
  if (!found.ok()) return {};
  const auto v6 = std::partition(found->begin(), found->end(), isV4);
  if (v6 != found->begin()) found->erase(v6, found->end());
  std::sort(found->begin(), found->end());
  return std::move(found).value();
}

Result<void> Hosts::configure(Host& host, std::string_view settings_json) {
  const Settings settings(settings_json);
  auto peers = parsePeers(settings.list("hosts.peers"));
  if (!peers.ok()) return peers.error();
  host_ = &host;
  peers_ = std::move(*peers);
  interval_ = settings.duration("hosts.interval");
  return {};
}

Result<void> Hosts::start() {
  alive_ = std::make_shared<bool>(true);
  failures_ = &host_->metrics().counter("sse_hosts_resolve_failures_total", "names that did not resolve, at each try");
  members_ = &host_->metrics().gauge("sse_hosts_members", "addresses known");
  for (const auto& peer : peers_) {
    if (!peer.numeric) known_[peer.host] = {};
  }
  if (known_.empty()) {
    publish();
  } else {
    resolveAll();
  }
  return {};
}

void Hosts::stop() {
  timer_.cancel();
  warnings_.clear();
  alive_.reset();
}

void Hosts::resolveAll() {
  auto answers = std::make_shared<Answers>();
  host_->offload(
      [answers, names = known_, resolve = resolve_] {
        for (const auto& [name, addresses] : names) (*answers)[name] = resolve(name);
      },
      [this, answers, alive = std::weak_ptr<bool>(alive_)] {
        if (!alive.expired()) resolved(std::move(*answers));
      });
}

void Hosts::resolved(Answers answers) {
  for (auto& [name, addresses] : answers) noteAnswer(name, std::move(addresses));
  publish();
  timer_ = host_->loop().after(interval_, [this] { resolveAll(); });
}

void Hosts::noteAnswer(const std::string& name, std::vector<std::string> addresses) {
  const bool failed = addresses.empty();
  const bool changed = std::exchange(fails_[name], failed) != failed;
  if (failed) {
    noteFailure(name, changed);
  } else if (changed) {
    host_->log().write(Level::Info, "hosts-resolved", "a host name resolves again", {{"host", name}});
    warnings_.withdraw(kUnresolved, name);
  }
  if (!failed) known_[name] = std::move(addresses);
}

void Hosts::noteFailure(const std::string& name, bool first) {
  const char* what = known_[name].empty() ? "a host name does not resolve; it is tried again"
                                          : "a host name no longer resolves; its last answer is kept";
  failures_->add();
  warnings_.tell(*host_, {kUnresolved, what, name});
  if (first) host_->log().write(Level::Warning, kUnresolved, what, {{"host", name}});
}

void Hosts::publish() {
  MembershipChanged message;
  message.source = "hosts";
  std::vector<std::string> now;
  const auto add = [&](const std::string& address, std::uint16_t port) {
    auto key = address + " " + std::to_string(port);
    if (std::find(now.begin(), now.end(), key) != now.end()) return;
    now.push_back(std::move(key));
    Member member;
    member.address = address;
    member.http_port = port;
    message.members.push_back(std::move(member));
  };
  for (const auto& peer : peers_) {
    if (peer.numeric) {
      add(peer.host, peer.port);
    } else {
      for (const auto& address : known_[peer.host]) add(address, peer.port);
    }
  }
  if (ever_published_ && now == published_) return;
  ever_published_ = true;
  published_ = std::move(now);
  members_->set(static_cast<std::int64_t>(published_.size()));
  host_->log().write(Level::Info, "hosts-members", "members changed", {{"count", std::to_string(published_.size())}});
  host_->bus().publish(std::move(message));
}

}  // namespace sse::hosts
