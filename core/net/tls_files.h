#pragma once

#include <string>
#include <string_view>

#include "sse/result.h"

struct ssl_ctx_st;

/// What both sides of TLS have in common. Calls of OpenSSL that fail leave their reason in a queue of the thread.
namespace sse::net {

/// TLS 1.2 and 1.3 with ciphers that keep secrets of the past, and no buffers while a connection is idle. Nobody is
/// asked for the pass phrase of a file. [any]
void hardenTls(ssl_ctx_st* context);

/// What OpenSSL complained of first, which is the cause; clears its queue. [any]
std::string tlsReason();

/// InvalidArgument: option, file and what is wrong with it. [any]
Error wrongTlsFile(std::string_view option, std::string_view file, std::string_view what);

/// The two files of a certificate and the options that name them.
struct CertificateFiles {
  std::string certificate_option{};
  std::string certificate{};  ///< PEM, a chain with the side's own first
  std::string key_option{};
  std::string key{};  ///< PEM
};

/// Reads them; InvalidArgument as above. [any]
Result<void> useCertificate(ssl_ctx_st* context, const CertificateFiles& files);

}  // namespace sse::net
