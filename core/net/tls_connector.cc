#include "net/tls_connector.h"

#include <arpa/inet.h>
#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/check.h"
#include "net/dialed_stream.h"
#include "net/tls_files.h"

namespace sse::net {
namespace {

bool isNumeric(const std::string& name) {
  std::array<char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, name.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, name.c_str(), address.data()) == 1;
}

Result<void> trust(SSL_CTX* context, const TlsTerms& terms) {
  if (terms.check == TlsCheck::Nothing) return {};
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const auto& file = terms.ca_file;
  const bool loaded = file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                   : SSL_CTX_load_verify_file(context, file.c_str()) == 1;
  if (!loaded) return wrongTlsFile(terms.ca_option, file.empty() ? "the system's" : file, tlsReason());
  // What the file lists is trusted, be it at the end of its chain or not.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_PARTIAL_CHAIN);
  return {};
}

Result<void> show(SSL_CTX* context, const CertificateFiles& files) {
  if (files.certificate.empty() && files.key.empty()) return {};
  if (files.certificate.empty() || files.key.empty()) {
    return Error{Code::InvalidArgument,
                 files.key_option + ": expected it together with " + files.certificate_option + ", got one of them"};
  }
  return useCertificate(context, files);
}

}  // namespace

Result<std::shared_ptr<const TlsClient>> TlsConnector::create(const TlsClientSettings& settings) {
  const auto& plugin = settings.options;
  return create(TlsTerms{
      plugin + ".ca_file",
      settings.ca_file,
      {plugin + ".client_certificate", settings.client_certificate, plugin + ".client_key", settings.client_key},
      settings.protocol});
}

Result<std::shared_ptr<const TlsClient>> TlsConnector::create(const TlsTerms& terms) {
  ERR_clear_error();
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return Error{Code::Internal, "TLS: " + tlsReason()};
  std::shared_ptr<const TlsConnector> made(new TlsConnector(context));
  hardenTls(context);
  const std::string protocols = static_cast<char>(terms.protocol.size()) + terms.protocol;
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(protocols.data()),
                          static_cast<unsigned>(protocols.size()));
  if (auto trusted = trust(context, terms); !trusted) return trusted.error();
  if (auto shown = show(context, terms.shown); !shown) return shown.error();
  return std::shared_ptr<const TlsClient>(std::move(made));
}

TlsConnector::~TlsConnector() { SSL_CTX_free(context_); }

std::unique_ptr<TlsStream> TlsConnector::secure(int fd, const std::string& name) const {
  SSL* ssl = SSL_new(context_);
  SSE_CHECK(ssl != nullptr);
  SSL_set_connect_state(ssl);
  if (isNumeric(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), name.c_str());
  } else {
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set1_host(ssl, name.c_str());
    SSL_set_tlsext_host_name(ssl, name.c_str());
  }
  Connected socket{base::Fd(fd), Ticket(), std::make_unique<TlsSession>(ssl, fd)};
  return std::make_unique<DialedStream>(std::move(socket), name);
}

}  // namespace sse::net
