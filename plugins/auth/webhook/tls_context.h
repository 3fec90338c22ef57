#pragma once

#include <memory>
#include <string>

#include "sse/result.h"

using SSL_CTX = struct ssl_ctx_st;

namespace sse::webhook {

/// Whom connections by TLS trust: TLS 1.2 or newer, and a certificate of these authorities. Immutable, shared by all
/// connections to the endpoint. [any]
class TlsContext {
 public:
  /// Of the authorities in a PEM file; an empty name means the system's. Blocks for the file.
  static Result<std::shared_ptr<const TlsContext>> make(const std::string& ca_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  [[nodiscard]] SSL_CTX* get() const { return context_; }

 private:
  explicit TlsContext(SSL_CTX* context) : context_(context) {}
  SSL_CTX* context_;
};

}  // namespace sse::webhook
