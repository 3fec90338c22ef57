#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

#include "net/tls_connector.h"
#include "net/tls_context.h"
#include "sse/loop.h"

namespace sse::test {

/// A folder of certificates made by openssl, which goes with it.
class Certificates {
 public:
  Certificates() {
    std::string place = (std::filesystem::temp_directory_path() / "sse-tls-XXXXXX").string();
    REQUIRE(::mkdtemp(place.data()) != nullptr);
    folder_ = place;
  }
  ~Certificates() { std::filesystem::remove_all(folder_); }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;

  /// Signs itself; `more` are words for `openssl req`. The file of the certificate; that of the key ends with ".key".
  std::string make(const std::string& name, const std::string& more) {
    const std::string file = folder_ + "/" + name;
    const std::string command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout " + file + ".key -out " +
        file + " " + more + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    return file;
  }

  /// The key of `certificate`, encrypted as "openssl `how`" does it.
  static std::string encrypt(const std::string& certificate, const std::string& how) {
    const std::string file = certificate + ".secret";
    const std::string command =
        "openssl " + how + " -in " + certificate + ".key -passout pass:hello -out " + file + " 2>/dev/null";
    REQUIRE(std::system(command.c_str()) == 0);
    return file;
  }

 private:
  std::string folder_;
};

/// Both ends of a connection: the server's session over its descriptor, the client's stream as plugins have it.
struct TlsPair {
  std::array<int, 2> fds{};
  net::Connected server;
  std::unique_ptr<TlsStream> client;

  TlsPair(const std::shared_ptr<const net::TlsContext>& context, const TlsClient& connector, const std::string& name) {
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds.data()) == 0);
    server.fd = base::Fd(fds[0]);
    if (context) server.tls = std::make_unique<net::TlsSession>(context, fds[0]);
    client = connector.secure(fds[1], name);
  }

  /// Both sides go on until the client is done or fails; what it came to.
  Result<std::uint32_t> shakeHands() {
    for (int turns = 0; turns < 20; ++turns) {
      auto waits = client->handshake();
      if (!waits.ok() || *waits == 0) return waits;
      std::array<char, 1> nothing{};
      server.receive(nothing);
    }
    FAIL("no end of the handshake");
    return std::uint32_t{1};
  }
};

inline std::size_t write(Stream& stream, std::string_view bytes) {
  const iovec part{const_cast<char*>(bytes.data()), bytes.size()};
  const auto put = stream.write(std::span<const iovec>(&part, 1));
  REQUIRE(put.ok());
  return *put;
}

}  // namespace sse::test
