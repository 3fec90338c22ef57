#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sse/build_id.h"
#include "sse/result.h"
#include "sse/transport.h"

namespace sse {

/// Whom a client of TLS trusts and what it shows.
struct TlsClientSettings {
  std::string options = {};             ///< "relay", where errors are to name relay.ca_file and the like
  std::string ca_file = {};             ///< PEM, authorities; empty: the system's
  std::string client_certificate = {};  ///< PEM, a certificate with its chain; empty: none is shown
  std::string client_key = {};          ///< PEM, of that certificate
  std::string protocol = "http/1.1";    ///< what ALPN asks for
};

/// A stream whose bytes go by TLS. It is of no use before the handshake is done.
class SSE_PUBLIC TlsStream : public Stream {
 public:
  /// Goes on with the handshake: 0 when it is done, else what to wait for before the next call (`Interest`).
  /// Code::Unsupported: the other side answers without TLS. Code::Unauthenticated: one side does not accept the
  /// other's certificate. [owner]
  virtual Result<std::uint32_t> handshake() = 0;
};

/// The client's side of TLS 1.2 and 1.3, which checks certificates always. Immutable; a reload makes another, and
/// streams keep theirs. [any]
class SSE_PUBLIC TlsClient {
 public:
  virtual ~TlsClient() = default;

  /// Takes over a connected, non-blocking socket. The certificate of the other side must carry `name`, a host name or
  /// a numeric address. [any]
  [[nodiscard]] virtual std::unique_ptr<TlsStream> secure(int fd, const std::string& name) const = 0;
};

}  // namespace sse
