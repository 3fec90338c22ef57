#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <sys/uio.h>
#include <vector>

#include "sse/certificate.h"
#include "sse/plugin.h"
#include "sse/result.h"

namespace sse {

/// A connected byte stream that never blocks, TLS or not. Owned by whoever holds it; destroying it closes it.
class SSE_PUBLIC Stream {
 public:
  virtual ~Stream() = default;

  /// Bytes read into `into`; 0 when there are none now; Code::Unavailable when the other side closed or is gone,
  /// Code::System with a reason where TLS broke, Code::Unauthenticated where the other side did not accept this one's
  /// certificate, which by TLS 1.3 is told only after the handshake. Fewer bytes than `into` holds mean that all that
  /// has come was read; else there may be more, of which with TLS no descriptor tells. [owner]
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  /// Bytes taken from `parts`; 0 when it would block. What was not taken must come again, first and unchanged. [owner]
  virtual Result<std::size_t> write(std::span<const iovec> parts) = 0;

  /// For Loop::watch. [owner]
  [[nodiscard]] virtual int fd() const = 0;
};

/// An HTTP request that asked for a protocol the transport claims; 101 has been answered already.
struct Upgraded {
  std::string protocol;        ///< as claimed
  std::string remote_address;  ///< numeric
  std::string received;        ///< bytes that came behind the request
  std::unique_ptr<Stream> stream;
  std::optional<ClientCertificate> certificate = {};  ///< verified; none: the client showed none
};

/// What a transport promises of the events it carries.
struct Guarantees {
  bool ordered = false;  ///< it numbers all events of all nodes itself
  bool durable = false;  ///< what it acknowledged survives the loss of every node
};

/// Carries events between nodes: reads what this node appended from the journal, hands over what peers sent as
/// PeerEvents.
class SSE_PUBLIC Transport : public Plugin {
 public:
  /// [any] [created]
  [[nodiscard]] virtual Guarantees guarantees() const = 0;

  /// `Upgrade` protocols, asked for at `/relay`, that come to `accept` ("sse-relay/1"). [control] [configured]
  [[nodiscard]] virtual std::vector<std::string> upgrades() const { return {}; }

  /// Takes over a connection. [control] [started]
  virtual void accept(Upgraded upgraded) { (void)upgraded; }
};

}  // namespace sse
