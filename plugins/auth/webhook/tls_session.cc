#include "auth/webhook/tls_session.h"

#include <array>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace sse::webhook {
namespace {

/// What went wrong, for people.
Error problemOf(const SSL* ssl) {
  const long verified = SSL_get_verify_result(ssl);
  const unsigned long code = ERR_peek_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  ERR_clear_error();
  if (verified != X509_V_OK) {
    return {Code::Unavailable, std::string("certificate: ") + X509_verify_cert_error_string(verified)};
  }
  return {Code::Unavailable, std::string("TLS: ") + (text != nullptr ? text : "the connection broke off")};
}

}  // namespace

TlsSession::TlsSession(std::shared_ptr<const TlsContext> context, const std::string& host)
    : context_(std::move(context)), ssl_(SSL_new(context_->get())) {
  SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(ssl_);
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), host.c_str()) == 1) return;
  ERR_clear_error();
  SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  SSL_set1_host(ssl_, host.c_str());
  SSL_set_tlsext_host_name(ssl_, host.c_str());
}

TlsSession::~TlsSession() { SSL_free(ssl_); }

Result<void> TlsSession::shake() {
  if (established_) return {};
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_);
  established_ = outcome == 1;
  if (established_ || SSL_get_error(ssl_, outcome) == SSL_ERROR_WANT_READ) return {};
  return problemOf(ssl_);
}

Result<void> TlsSession::read(std::string& plain) {
  std::array<char, 16384> block{};
  for (;;) {
    ERR_clear_error();
    const int got = SSL_read(ssl_, block.data(), static_cast<int>(block.size()));
    if (got > 0) {
      plain.append(block.data(), static_cast<std::size_t>(got));
      continue;
    }
    const int error = SSL_get_error(ssl_, got);
    ended_ = error == SSL_ERROR_ZERO_RETURN;
    if (ended_ || error == SSL_ERROR_WANT_READ) return {};
    return problemOf(ssl_);
  }
}

Result<void> TlsSession::receive(std::string_view bytes, std::string& plain) {
  BIO_write(SSL_get_rbio(ssl_), bytes.data(), static_cast<int>(bytes.size()));
  if (auto shaken = shake(); !shaken.ok() || !established_) return shaken;
  return read(plain);
}

Result<void> TlsSession::flush(std::string& out) {
  if (auto shaken = shake(); !shaken.ok()) return shaken;
  if (established_ && !pending_.empty()) {
    // Into memory everything fits.
    if (SSL_write(ssl_, pending_.data(), static_cast<int>(pending_.size())) <= 0) return problemOf(ssl_);
    pending_.clear();
  }
  BIO* const bio = SSL_get_wbio(ssl_);
  const auto size = out.size();
  const auto more = BIO_ctrl_pending(bio);
  out.resize(size + more);
  if (more > 0) BIO_read(bio, out.data() + size, static_cast<int>(more));
  return {};
}

}  // namespace sse::webhook
