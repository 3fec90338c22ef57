#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sse/certificate.h"
#include "sse/config.h"
#include "sse/host.h"

namespace sse::relay {

/// How this node and its peers meet by TLS: the options `relay.tls`, `relay.ca_file` and those behind it. Immutable; a
/// reload makes another, and links keep what they were made with. [any]
struct PeerTls {
  std::shared_ptr<const TlsClient> client;  ///< for dialing; null: plainly
  std::string server_name;                  ///< in every peer's certificate; empty: the name or address that is dialed
  bool or_plain = false;                    ///< a peer that answers without TLS is dialed plainly
  std::vector<std::string> client_names;    ///< of which a dialing peer's certificate has one; empty: none is asked for

  /// Code::InvalidArgument names the option and the file.
  static Result<PeerTls> from(const Settings& settings, Host& host);

  /// Peers are dialed by TLS and not otherwise.
  [[nodiscard]] bool only() const { return client != nullptr && !or_plain; }
  /// Both sides of every link prove by certificates that they are nodes.
  [[nodiscard]] bool mutual() const { return only() && !client_names.empty(); }
  /// Why a peer that dialed with this certificate, or none, is not let in; empty: it is.
  [[nodiscard]] std::string refusalOf(const ClientCertificate* shown) const;
};

}  // namespace sse::relay
