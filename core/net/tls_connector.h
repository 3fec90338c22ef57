#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "net/socket_stream.h"
#include "net/tls_files.h"
#include "sse/tls.h"

struct ssl_ctx_st;

namespace sse::net {

/// What is looked at of the other side's certificate.
enum class TlsCheck : std::uint8_t { Everything, Nothing };

/// What plugins settle by TlsClientSettings, and what only the node's own commands may.
struct TlsTerms {
  std::string ca_option{};  ///< as errors name it
  std::string ca_file{};    ///< empty: the system's
  CertificateFiles shown{};
  std::string protocol = "http/1.1";
  TlsCheck check = TlsCheck::Everything;
};

/// The client's side of TLS for plugins and commands: one set of files, read and checked. Immutable. [any]
class TlsConnector final : public TlsClient {
 public:
  /// InvalidArgument with option, file and reason.
  static Result<std::shared_ptr<const TlsClient>> create(const TlsTerms& terms);
  /// The same, for a plugin: everything is checked.
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
