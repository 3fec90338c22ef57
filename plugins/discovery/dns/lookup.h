#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "discovery/dns/resolver.h"

namespace sse::dns {

/// What a name stands for. IPv4 addresses where there are any, else IPv6 ones: a node with both is one node.
struct Place {
  std::string name;                    ///< the one asked for, or the target of a service record
  std::uint16_t port = 0;              ///< of the service record; 0: none told
  std::vector<std::string> addresses;  ///< numeric, sorted, each once
  bool failed = false;                 ///< its addresses could not be had this time
};

/// What a lookup has found out.
struct Outcome {
  enum class Kind : std::uint8_t {
    Services,   ///< `places` are the targets of the service records; none: the service is decidedly not available
    Addresses,  ///< `places` is the name itself
    Nothing,    ///< working servers know no such records
    Failed      ///< nobody can tell
  } kind = Kind::Failed;
  std::vector<Place> places;
  std::optional<std::chrono::seconds> ttl;  ///< how long all of it holds, where that was told
  std::string problem;                      ///< for people, where Nothing, Failed or a place failed
  bool cut = false;                         ///< there were more records than are read
};

/// Asks once for all there is of a name: service and address records of its name at the same time, then addresses of
/// the services' targets that did not come along; the next name of the search list where there is nothing. Owned by
/// the plugin, lives on the control thread.
class Lookup {
 public:
  using Done = std::function<void(Outcome)>;

  /// `names`: the name in all the forms to try, in their order, at least one. `by_service`: it is known to have service
  /// records, so that without an answer about them nobody can tell. Otherwise address records count where that question
  /// fails: some servers cannot answer it.
  Lookup(std::unique_ptr<Resolver> resolver, std::vector<std::string> names, std::string service, bool by_service,
         Done done);

  /// Asks. `done` comes once, later, unless the lookup is freed before; it may not free the lookup. [control]
  void start();

 private:
  /// Both questions for the addresses of a name.
  struct Pair {
    Reply a;
    Reply aaaa;
    int left = 2;
  };
  enum class Verdict : std::uint8_t { Addresses, Nothing, Failed };

  void askName();
  void answered();
  void takeServices();
  void askTargets();
  void finishTargets();
  void finish(Outcome::Kind kind);
  void hold(const Answer& answer);
  Verdict read(const Pair& pair, Place& place);
  [[nodiscard]] const std::string& name() const { return names_[tried_]; }

  const std::unique_ptr<Resolver> resolver_;
  const std::vector<std::string> names_;
  const std::string service_;
  const bool by_service_;
  const Done done_;
  std::size_t tried_ = 0;    // of names_, the one asked now
  bool any_failed_ = false;  // for one of names_ nobody can tell
  int left_ = 0;             // questions about the name not answered yet
  Reply srv_;
  Pair own_;
  std::map<std::string, Pair> targets_;  // of service records, by name
  std::vector<std::string> open_;        // targets to ask for
  std::size_t in_flight_ = 0;            // targets asked for and not answered
  Outcome outcome_;
};

}  // namespace sse::dns
