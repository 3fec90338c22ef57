#include "discovery/dns/lookup.h"

#include <algorithm>
#include <utility>

namespace sse::dns {
namespace {

/// More at once would overrun a socket's buffer and be asked again for that.
constexpr std::size_t kTargetsAtOnce = 32;

using Kind = Reply::Kind;

bool failed(const Reply& reply) { return reply.kind == Kind::Refused || reply.kind == Kind::Silent; }

std::vector<std::string> textsOf(const std::vector<Address>& addresses, bool v6) {
  std::vector<std::string> texts;
  for (const auto& address : addresses) {
    if (address.v6 == v6) texts.push_back(address.text);
  }
  std::sort(texts.begin(), texts.end());
  texts.erase(std::unique(texts.begin(), texts.end()), texts.end());
  return texts;
}

std::vector<std::string> preferred(const std::vector<Address>& addresses) {
  auto v4 = textsOf(addresses, false);
  return v4.empty() ? textsOf(addresses, true) : v4;
}

/// Those that came along with the service records.
std::vector<Address> of(const std::string& owner, const Answer& answer) {
  std::vector<Address> found;
  std::copy_if(answer.additional.begin(), answer.additional.end(), std::back_inserter(found),
               [&](const Address& address) { return address.owner == owner; });
  return found;
}

}  // namespace

Lookup::Lookup(std::unique_ptr<Resolver> resolver, std::vector<std::string> names, std::string service, bool by_service,
               Done done)
    : resolver_(std::move(resolver)),
      names_(std::move(names)),
      service_(std::move(service)),
      by_service_(by_service),
      done_(std::move(done)) {}

void Lookup::start() { askName(); }

void Lookup::askName() {
  left_ = 3;
  const auto ask = [this](const std::string& name, Type type, Reply& into) {
    resolver_->ask(name, type, [this, &into](Reply reply) {
      into = std::move(reply);
      if (--left_ == 0) answered();
    });
  };
  ask(serviceName(service_, name()), Type::Srv, srv_);
  ask(name(), Type::A, own_.a);
  ask(name(), Type::Aaaa, own_.aaaa);
}

void Lookup::answered() {
  if (srv_.kind == Kind::Records) {
    takeServices();
    return;
  }
  Place place;
  place.name = name();
  auto verdict = Verdict::Failed;
  if (!failed(srv_) || !by_service_) verdict = read(own_, place);
  if (verdict == Verdict::Addresses) {
    outcome_.places.push_back(std::move(place));
    finish(Outcome::Kind::Addresses);
    return;
  }
  if (failed(srv_)) {
    outcome_.problem = srv_.text;
    verdict = Verdict::Failed;
  }
  any_failed_ = any_failed_ || verdict == Verdict::Failed;
  const bool silent = srv_.kind == Kind::Silent || own_.a.kind == Kind::Silent || own_.aaaa.kind == Kind::Silent;
  // Where no server answers in time, the other names would only take as long again.
  if (!silent && tried_ + 1 < names_.size()) {
    ++tried_;
    askName();
  } else {
    finish(any_failed_ ? Outcome::Kind::Failed : Outcome::Kind::Nothing);
  }
}

/// The addresses of a name from the answers to both questions.
Lookup::Verdict Lookup::read(const Pair& pair, Place& place) {
  for (const auto* reply : {&pair.a, &pair.aaaa}) {
    if (failed(*reply)) {
      outcome_.problem = reply->text;
      return Verdict::Failed;
    }
    if (reply->kind == Kind::Records) {
      place.addresses = textsOf(reply->answer.addresses, reply == &pair.aaaa);
      hold(reply->answer);
      return Verdict::Addresses;
    }
  }
  if (!any_failed_) outcome_.problem = pair.a.text;
  hold(pair.a.answer);
  return Verdict::Nothing;
}

void Lookup::takeServices() {
  hold(srv_.answer);
  for (const auto& service : srv_.answer.services) {
    if (service.target.empty() || service.port == 0) continue;
    Place place{service.target, service.port, preferred(of(service.target, srv_.answer)), false};
    if (place.addresses.empty() && targets_.try_emplace(place.name).second) open_.push_back(place.name);
    outcome_.places.push_back(std::move(place));
  }
  askTargets();
}

void Lookup::askTargets() {
  while (!open_.empty() && in_flight_ < kTargetsAtOnce) {
    const auto target = std::move(open_.back());
    open_.pop_back();
    ++in_flight_;
    auto& pair = targets_[target];
    const auto ask = [this, &target, &pair](Type type, Reply& into) {
      // With the dot it is complete: a target is never searched for.
      resolver_->ask(target + ".", type, [this, &pair, &into](Reply reply) {
        into = std::move(reply);
        if (--pair.left > 0) return;
        --in_flight_;
        askTargets();
      });
    };
    ask(Type::A, pair.a);
    ask(Type::Aaaa, pair.aaaa);
  }
  if (in_flight_ == 0) finishTargets();
}

void Lookup::finishTargets() {
  std::string problem;
  for (auto& place : outcome_.places) {
    const auto found = targets_.find(place.name);
    if (found == targets_.end()) continue;
    place.failed = read(found->second, place) == Verdict::Failed;
    if (place.failed) problem = place.name + ": " + outcome_.problem;
  }
  outcome_.problem = std::move(problem);
  const bool none = !outcome_.places.empty() && std::all_of(outcome_.places.begin(), outcome_.places.end(),
                                                            [](const Place& place) { return place.failed; });
  finish(none ? Outcome::Kind::Failed : Outcome::Kind::Services);
}

void Lookup::hold(const Answer& answer) {
  outcome_.cut = outcome_.cut || answer.cut;
  if (answer.ttl) outcome_.ttl = std::min(outcome_.ttl.value_or(*answer.ttl), *answer.ttl);
}

void Lookup::finish(Outcome::Kind kind) {
  outcome_.kind = kind;
  done_(std::move(outcome_));
}

}  // namespace sse::dns
