#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace sse {

/// What a client certificate says of its owner, once it was verified against `tls.client_ca`.
struct ClientCertificate {
  /// The subject as RFC 2253 writes it ("CN=alice,O=Example") first, then each alternative name: "DNS:a.example",
  /// "URI:spiffe://example/a", "email:a@example.org", "IP:10.0.0.1".
  std::vector<std::string> names;
  std::chrono::system_clock::time_point expires;
};

}  // namespace sse
