#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/jwt/config.h"
#include "auth/jwt/fetch.h"
#include "auth/jwt/key_set.h"
#include "sse/host.h"

namespace sse::jwt {

/// The keys behind one URL: fetched at start, again before they are too old, and when a token names an unknown one.
/// Once there were keys there always are: while the URL is down or nonsense the last good ones stay. Owned by the
/// plugin. [control]
class KeySource {
 public:
  struct Settings {
    FetchRequest request;  ///< its `abort` is made anew for each fetch
    std::string shown;     ///< its URL, as people may see it
    Algorithm rsa = Algorithm::RS256;
    Duration max_age{};       ///< longest time between two fetches
    Duration min_interval{};  ///< shortest
  };
  /// Called at the end of each fetch; whether the keys are others than before.
  using Settled = std::function<void(bool changed)>;

  KeySource(Host& host, Fetch fetch, Settings settings, Settled settled);
  /// Ends the fetch that runs.
  ~KeySource();
  KeySource(const KeySource&) = delete;
  KeySource& operator=(const KeySource&) = delete;

  /// Takes over what another source of the same URL knew, read by the settings of this one.
  void inherit(const KeySource& other);
  void start();

  /// For a key that is not known: true where a fetch runs or begins within the time that one may take, so that
  /// `settled` is called; false where the last one was too recent for that. True before `start`, which begins one.
  bool ask();

  /// How many fetches have begun.
  [[nodiscard]] std::uint64_t begun() const { return begun_; }
  /// Which of them was the last good one; 0: none. A key that was published before it began is among `keys`.
  [[nodiscard]] std::uint64_t good() const { return good_; }

  [[nodiscard]] const KeySet& keys() const { return keys_; }
  /// Whether the other fetches the same. The URL itself may hold secrets: people see `shown`.
  [[nodiscard]] bool sameAs(const KeySource& other) const {
    return settings_.request.url == other.settings_.request.url;
  }
  [[nodiscard]] const std::string& shown() const { return settings_.shown; }
  /// There were keys once.
  [[nodiscard]] bool known() const { return !text_.empty(); }
  /// Why the last fetch failed; empty where it did not.
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  void plan(Clock::time_point at);
  void fetchNow();
  void done(Result<Fetched> outcome);
  bool accept(const std::string& text);
  Result<void> take(const std::string& text);
  void complain(const std::string& problem);
  [[nodiscard]] Duration untilNext(std::optional<Duration> max_age) const;

  Host& host_;
  const Fetch fetch_;
  const Settings settings_;
  const Settled settled_;
  Counter& fetches_;
  Counter& failures_;
  KeySet keys_;
  std::string text_;  ///< the document they are from
  std::string problem_;
  std::string passed_over_;  ///< which of its keys are not used, and why
  bool fetching_ = false;
  int failed_in_a_row_ = 0;
  std::uint64_t begun_ = 0;
  std::uint64_t good_ = 0;
  Clock::time_point last_begin_{};
  Clock::time_point next_{};
  Registration timer_;     ///< the next fetch
  Registration deadline_;  ///< of the fetch that runs
  std::shared_ptr<Abort> abort_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace sse::jwt
