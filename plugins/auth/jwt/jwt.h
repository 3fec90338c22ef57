#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "auth/jwt/config.h"
#include "auth/jwt/counters.h"
#include "auth/jwt/fetch.h"
#include "auth/jwt/grant_cache.h"
#include "auth/jwt/judge.h"
#include "auth/jwt/key_source.h"
#include "sse/auth.h"
#include "sse/host.h"

namespace sse::jwt {

/// The auth plugin. Owned by the kernel, lives on the control thread but for `check`, which loops call: it reads the
/// current key ring, which is replaced as a whole, and the cache. A token whose key may have been published meanwhile
/// waits for a fetch that begins after it came: at most 1,024 do, where that fetch begins soon. Only such a fetch tells
/// that a token is bad; where there is none, the request is refused for now.
class Jwt final : public Auth {
 public:
  static constexpr int kMaxWaiting = 1024;

  explicit Jwt(Fetch fetch = fetchByHttp) : fetch_(std::move(fetch)) {}

  Result<void> configure(Host& host, std::string_view settings_json) override;
  Result<void> start() override;
  void stop() override;
  [[nodiscard]] Readiness ready() const override;
  Result<void> reload(std::string_view settings_json) override;
  Decision check(const AuthRequest& request, std::function<void(Decision)> answer) override;

 private:
  /// What keys and settings are at one moment.
  struct State {
    Config config;
    KeyRing ring;
    std::uint64_t epoch = 0;
    std::weak_ptr<bool> alive;  ///< ends with `stop`
  };
  /// A request that waits for keys.
  struct Waiting {
    Action action;
    std::vector<std::string> channels;
    std::string token;
    std::function<void(Decision)> answer;
    std::vector<std::pair<std::size_t, std::uint64_t>> asked = {};  ///< issuers, and their fetches begun before it
  };
  struct Read {
    Config config;
    std::vector<KeySet> keys;  ///< of each issuer, without its URL
  };

  static Result<Read> read(std::string_view settings_json);
  void begin(Read read);
  void replace();
  void settled(std::size_t issuer, bool changed);
  void arrive(Waiting waiting);
  void again(Waiting waiting);
  void wait(Waiting waiting);
  void answer(const Waiting& waiting, Decision decision);
  Decision decide(const Waiting& waiting, const Judgement& judgement);
  [[nodiscard]] std::shared_ptr<const State> state() const;
  std::shared_ptr<const Grant> known(std::string_view token);
  Judgement judged(const State& state, std::string_view token);
  Decision refuse(const Judgement& judgement);
  Decision undecided();
  Decision decide(const Grant& grant, Action action, std::span<const std::string_view> channels);

  Fetch fetch_;
  Host* host_ = nullptr;
  Read read_;
  std::vector<std::unique_ptr<KeySource>> sources_;  ///< by issuer; nullptr: no URL
  std::vector<Waiting> waiting_;
  std::atomic<int> waiting_count_{0};
  std::atomic<std::uint64_t> epoch_{0};  ///< of the newest `state_`; known good tokens need no more than these two
  std::atomic<std::size_t> max_size_{0};
  mutable std::shared_mutex mutex_;  ///< of `state_`: held for copying a pointer
  std::shared_ptr<const State> state_;
  std::unique_ptr<GrantCache> cache_;
  std::unique_ptr<Counters> counters_;
  std::shared_ptr<bool> alive_;
};

}  // namespace sse::jwt
