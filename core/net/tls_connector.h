#pragma once

#include <memory>
#include <string>

#include "net/socket_stream.h"
#include "sse/tls.h"

struct ssl_ctx_st;

namespace sse::net {

/// The client's side of TLS for plugins: one set of files, read and checked. Immutable. [any]
class TlsConnector final : public TlsClient {
 public:
  /// InvalidArgument with option, file and reason.
  static Result<std::shared_ptr<const TlsClient>> create(const TlsClientSettings& settings);
  ~TlsConnector() override;
  TlsConnector(const TlsConnector&) = delete;
  TlsConnector& operator=(const TlsConnector&) = delete;

  [[nodiscard]] std::unique_ptr<TlsStream> secure(int fd, const std::string& name) const override;

 private:
  explicit TlsConnector(ssl_ctx_st* context) : context_(context) {}

  ssl_ctx_st* context_;
};

}  // namespace sse::net
