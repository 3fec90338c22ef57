#include "auth/webhook/resolver.h"

#include <netdb.h>
#include <utility>

namespace sse::webhook {
namespace {

constexpr auto kGoodFor = std::chrono::seconds(10);
constexpr std::size_t kMaxWaiting = 1024;

/// Blocks unless `flags` hold AI_NUMERICHOST.
Result<Addresses> look(const std::string& name, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* found = nullptr;
  const int outcome = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (outcome != 0) return Error{Code::Unavailable, name + ": " + ::gai_strerror(outcome)};
  Addresses addresses;
  for (const auto* each = found; each != nullptr; each = each->ai_next) {
    char text[NI_MAXHOST] = "";
    ::getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof(text), nullptr, 0, NI_NUMERICHOST);
    addresses.emplace_back(text);
  }
  ::freeaddrinfo(found);
  return addresses;
}

}  // namespace

Resolver::Resolver(Host& host, std::string name) : host_(host), name_(std::move(name)) {}

void Resolver::ask(Found found) {
  // A pool has no more connections than this, so the oldest one has been given up while the look-up hangs.
  if (waiting_.size() >= kMaxWaiting) waiting_.pop_front();
  waiting_.push_back(std::move(found));
  if (looking_) return;
  looking_ = true;
  auto numeric = look(name_, AI_NUMERICHOST);
  if (!numeric.ok() && host_.loop().now() >= good_until_) return lookUp();
  auto known = numeric.ok() ? std::move(numeric) : known_;
  host_.loop().post([this, alive = std::weak_ptr<bool>(alive_), known = std::move(known)] {
    if (!alive.expired()) settle(known);
  });
}

void Resolver::lookUp() {
  const auto outcome = std::make_shared<Result<Addresses>>(Error{Code::Internal, "the look-up did not end"});
  auto done = [this, alive = std::weak_ptr<bool>(alive_), outcome] {
    if (alive.expired()) return;
    if (outcome->ok()) good_until_ = host_.loop().now() + kGoodFor;
    settle(*outcome);
  };
  try {
    host_.offload([name = name_, outcome] { *outcome = look(name, 0); }, done);
  } catch (const std::exception& problem) {
    *outcome = Error{Code::Unavailable, name_ + ": " + problem.what()};
    host_.loop().post(std::move(done));
  }
}

void Resolver::settle(Result<Addresses> addresses) {
  looking_ = false;
  known_ = std::move(addresses);
  const std::weak_ptr<bool> alive = alive_;
  for (const auto& found : std::exchange(waiting_, {})) {
    if (alive.expired()) return;
    found(known_);
  }
}

}  // namespace sse::webhook
