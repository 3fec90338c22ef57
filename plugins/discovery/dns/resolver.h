#pragma once

#include <ares.h>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "discovery/dns/answer.h"
#include "discovery/dns/target.h"
#include "sse/loop.h"
#include "sse/result.h"

namespace sse::dns {

/// Types of records (RFC 1035, RFC 3596, RFC 2782).
enum class Type : std::uint8_t { A = 1, Aaaa = 28, Srv = 33 };

/// The outcome of one question.
struct Reply {
  enum class Kind : std::uint8_t {
    Records,  ///< there are some, of the type asked for
    Nothing,  ///< the server says that there are none, or not even such a name
    Refused,  ///< servers cannot be reached or answer with a failure or with garbage
    Silent    ///< no server answered in time
  } kind = Kind::Silent;
  Answer answer;     ///< where Nothing, only its TTL counts
  std::string text;  ///< for people, where not Records
};

/// How long servers are waited for: the first try, doubled with each round over all servers.
struct Patience {
  Duration first{500};
  int tries = 4;
};

/// Asks DNS servers by c-ares, whose sockets and time limits are put into a loop: UDP with EDNS of 1,232 bytes, TCP
/// where an answer was cut. Servers and search list of the system are read anew by each resolver, so that their changes
/// are followed. Owned by a lookup, lives on the control thread; made, used and freed there.
class Resolver {
 public:
  using Callback = std::function<void(Reply)>;

  /// Reads the system's configuration and opens nothing; fails where c-ares cannot work at all. The library itself is
  /// set up by the plugin. [control]
  static Result<std::unique_ptr<Resolver>> make(Loop& loop, const std::optional<Server>& server, Patience patience);

  /// What was asked and is not answered yet ends without a call.
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// Asks for records of `name` as it is. `callback` comes once, later, never inside this call; it may ask on, and may
  /// not free the resolver. [control]
  void ask(const std::string& name, Type type, Callback callback);

  /// The names to ask for `name`: those of the system's search list, or just this one where a server was given.
  /// [control]
  [[nodiscard]] std::vector<std::string> candidates(const std::string& name) const;

 private:
  struct Question;

  Resolver(Loop& loop, bool system) : loop_(loop), system_(system) {}
  Result<void> open(Patience patience);
  Result<void> use(const Server& server);
  static void onSocket(void* self, ares_socket_t fd, int readable, int writable);
  static void onReply(void* question, int status, int timeouts, unsigned char* message, int length);
  void process(ares_socket_t readable, ares_socket_t writable);
  void arm();

  Loop& loop_;
  const bool system_;
  ares_channel channel_ = nullptr;
  std::map<ares_socket_t, Registration> watches_;
  std::deque<std::pair<Callback, Reply>> replies_;  // come, not told yet
  Registration timer_;
};

}  // namespace sse::dns
