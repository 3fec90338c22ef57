#pragma once
#include <memory>
#include <string>
#include <vector>

#include "bench/dialect.h"
#include "bench/process.h"

namespace sse::bench {

/// Where the programs under test are.
struct Programs {
  std::string floor;
  std::string nginx = "/usr/sbin/nginx";
  std::string nchan_module = "/usr/lib/nginx/modules/ngx_nchan_module.so";
  std::string ours;
  std::string plugins;

  /// Whether the program for this kind is there to be run.
  bool has(ServerKind kind) const;
};

/// Whom a node of ours is to find, and how.
struct Neighbours {
  std::vector<uint16_t> peers = {};  ///< HTTP ports, by a fixed list
  bool gossips = false;
  uint16_t join = 0;        ///< a gossip port; 0: it is the first
  std::string trusts = {};  ///< the certificate of the peers that speak TLS; empty: they do not
};

/// What a node of ours asks of its clients: nothing, TLS, or a token signed with kJwtSecret.
enum class Front : uint8_t { Plain, Tls, Jwt };

/// A server under test with a folder for its files, both gone with this object. It listens on a free port of 127.0.0.1,
/// has one thread that serves connections, and logs no request.
class Server {
 public:
  /// Starts it and waits until it answers. Throws std::runtime_error with the end of its output if it does not.
  Server(ServerKind kind, const Programs& programs, int cpu) : Server(kind, programs, cpu, Neighbours()) {}
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Another node of ours on the same CPU that reads this one's events, by TLS where this one speaks it.
  std::unique_ptr<Server> follower() const;
  /// Another node of ours on the same CPU that finds nodes by gossip, through the member at this gossip port, if any.
  std::unique_ptr<Server> gossiper(uint16_t join) const;

  /// Another node of ours on the same CPU whose port speaks TLS.
  std::unique_ptr<Server> secured() const;
  /// Another node of ours on the same CPU that asks for a token.
  std::unique_ptr<Server> guarded() const;

  ServerKind kind() const { return kind_; }
  uint16_t port() const { return port_; }
  uint16_t gossipPort() const { return gossip_port_; }
  /// Where /metrics is to be had without TLS.
  uint16_t healthPort() const { return health_port_; }
  Process& process() { return *process_; }

  /// The last lines the server wrote.
  std::string output() const;

 private:
  Server(ServerKind kind, const Programs& programs, int cpu, Neighbours neighbours, Front front = Front::Plain);
  std::vector<std::string> prepare() const;
  std::vector<std::string> ourCommand() const;
  std::string path(const char* name) const { return folder_ + "/" + name; }
  void awaitAnswer();

  ServerKind kind_;
  Programs programs_;
  int cpu_;
  Neighbours neighbours_;
  uint16_t port_;
  uint16_t gossip_port_;
  Front front_;
  uint16_t health_port_;
  std::string folder_;
  std::unique_ptr<Process> process_;
};

}  // namespace sse::bench
