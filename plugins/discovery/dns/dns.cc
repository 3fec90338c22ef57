#include "discovery/dns/dns.h"

#include <algorithm>
#include <ares.h>
#include <utility>

#include "sse/config.h"

namespace sse::dns {
namespace {

constexpr const char* kFailed = "dns-failed";
constexpr const char* kNoRecords = "dns-no-records";

/// Whether the outcome, or a part of it, is what was known before.
bool isFailing(const Outcome& outcome) {
  return outcome.kind == Outcome::Kind::Failed ||
         std::any_of(outcome.places.begin(), outcome.places.end(), [](const Place& place) { return place.failed; });
}

std::string keyOf(const Member& member) { return member.address + " " + std::to_string(member.http_port); }

}  // namespace

Result<void> Dns::configure(Host& host, std::string_view settings_json) {
  const Settings settings(settings_json);
  auto target = readTarget(settings);
  if (!target) return target.error();
  host_ = &host;
  target_ = std::move(*target);
  interval_ = settings.duration("dns.interval");
  return {};
}

Result<void> Dns::start() {
  if (const int status = ares_library_init(ARES_LIB_INIT_ALL); status != ARES_SUCCESS) {
    return Error{Code::System, "dns: c-ares does not start: " + std::string(ares_strerror(status))};
  }
  library_ = true;
  auto& metrics = host_->metrics();
  lookups_ = &metrics.counter("sse_dns_lookups_total", "lookups ended, well or not");
  failures_ = &metrics.counter("sse_dns_lookup_failures_total", "lookups that failed, wholly or for one target");
  failing_gauge_ = &metrics.gauge("sse_dns_failing", "1 while lookups fail and the last answer is kept");
  members_gauge_ = &metrics.gauge("sse_dns_members", "endpoints known");
  look();
  return {};
}

void Dns::stop() {
  timer_.cancel();
  warnings_.clear();
  lookup_.reset();
  if (std::exchange(library_, false)) ares_library_cleanup();
}

void Dns::look() {
  lookup_.reset();
  auto resolver = Resolver::make(host_->loop(), target_.server, patience_);
  if (!resolver) {
    Outcome outcome;
    outcome.problem = resolver.error().text;
    looked(outcome);
    return;
  }
  auto names = (*resolver)->candidates(target_.name);
  lookup_ = std::make_unique<Lookup>(std::move(*resolver), std::move(names), target_.service, by_service_,
                                     [this](const Outcome& outcome) { looked(outcome); });
  lookup_->start();
}

void Dns::looked(const Outcome& outcome) {
  lookups_->add();
  if (outcome.kind != Outcome::Kind::Failed) follow(outcome);
  note(outcome);
  if (!ever_published_) publish();  // whoever waits to hear of the others waits no longer
  timer_ = host_->loop().after(waitAfter(outcome), [this] { look(); });
}

void Dns::follow(const Outcome& outcome) {
  std::map<std::string, std::vector<std::string>> before;
  for (auto& place : known_) before[place.name] = std::move(place.addresses);
  known_ = outcome.places;
  for (auto& place : known_) {
    if (place.failed) place.addresses = before[place.name];
  }
  if (outcome.kind != Outcome::Kind::Nothing) by_service_ = outcome.kind == Outcome::Kind::Services;
  publish();
}

void Dns::note(const Outcome& outcome) {
  const bool failing = isFailing(outcome);
  if (failing) failures_->add();
  noteFailing(failing, outcome.problem);
  if (outcome.kind == Outcome::Kind::Failed) return;
  noteEmpty(outcome.problem.empty() ? "no addresses" : outcome.problem);
  noteCut(outcome.cut || published_.size() >= kMaxRecords);
}

void Dns::noteEmpty(const std::string& answer) {
  const bool empty = published_.empty();
  const bool changed = std::exchange(empty_, empty) != empty;
  if (!empty) return warnings_.withdraw(kNoRecords, target_.name);
  const char* what = "the name has no records: no other node is known";
  warnings_.tell(*host_, {kNoRecords, std::string(what) + ": " + answer, target_.name});
  if (changed) host_->log().write(Level::Warning, kNoRecords, what, {{"name", target_.name}, {"answer", answer}});
}

void Dns::noteCut(bool cut) {
  if (cut && !cut_) {
    host_->log().write(Level::Warning, "dns-too-many", "the name has more records than are followed",
                       {{"name", target_.name}, {"limit", std::to_string(kMaxRecords)}});
  }
  cut_ = cut;
}

void Dns::noteFailing(bool failing, const std::string& problem) {
  failing_gauge_->set(failing ? 1 : 0);
  const bool changed = std::exchange(failing_, failing) != failing;
  if (failing) {
    const char* what = ever_published_ ? "the name cannot be looked up; the last answer is kept"
                                       : "the name cannot be looked up; it is tried again";
    warnings_.tell(*host_, {kFailed, std::string(what) + ": " + problem, target_.name});
    if (changed) {
      host_->log().write(Level::Warning, kFailed, what, {{"name", target_.name}, {"reason", problem}});
    }
  } else if (changed) {
    warnings_.withdraw(kFailed, target_.name);
    host_->log().write(Level::Info, "dns-recovered", "the name can be looked up again", {{"name", target_.name}});
  }
}

Duration Dns::waitAfter(const Outcome& outcome) {
  if (isFailing(outcome)) return std::exchange(backoff_, std::min(backoff_ * 2, interval_));
  backoff_ = kShortestWait;
  if (!outcome.ttl || *outcome.ttl >= interval_) return interval_;
  return std::max<Duration>(*outcome.ttl, kShortestWait);
}

/// Each endpoint once. Which of them is this node is found out by the transport: only the process at the other end
/// knows that, as several nodes may share a host and a port mapping may be in between.
std::vector<Member> Dns::members() {
  std::map<std::string, Member> found;
  for (const auto& place : known_) {
    for (const auto& address : place.addresses) {
      Member member;
      member.address = address;
      member.http_port = place.port;
      if (member.http_port == 0) member.http_port = target_.port != 0 ? target_.port : host_->node().http_port;
      if (found.size() < kMaxRecords) found.try_emplace(keyOf(member), std::move(member));
    }
  }
  std::vector<Member> list;
  list.reserve(found.size());
  for (auto& [key, member] : found) list.push_back(std::move(member));
  return list;
}

void Dns::publish() {
  MembershipChanged message;
  message.source = "dns";
  message.members = members();
  std::vector<std::string> now;
  now.reserve(message.members.size());
  for (const auto& member : message.members) now.push_back(keyOf(member));
  if (ever_published_ && now == published_) return;
  ever_published_ = true;
  published_ = std::move(now);
  members_gauge_->set(static_cast<std::int64_t>(published_.size()));
  host_->log().write(Level::Info, "dns-members", "members changed", {{"count", std::to_string(published_.size())}});
  host_->bus().publish(std::move(message));
}

}  // namespace sse::dns
