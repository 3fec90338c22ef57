#include "net/tls_files.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <system_error>

namespace sse::net {
namespace {

constexpr const char* kCiphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
constexpr const char* kGroups = "X25519:P-256:P-384";

/// No pass phrase, where OpenSSL would ask for one on the terminal and wait; `asked`, if any, learns of the question.
int noPassPhrase(char* /*into*/, int /*size*/, int /*writing*/, void* asked) {
  if (asked != nullptr) *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

void hardenTls(ssl_ctx_st* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set1_groups_list(context, kGroups);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_default_passwd_cb(context, noPassPhrase);
  // An idle connection keeps no buffers; a refused write never happens, see TlsBio. The chain is what the file holds:
  // authorities whose clients are trusted do not belong into it.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_NO_AUTO_CHAIN);
}

std::string tlsReason() {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  if (code != 0 && ERR_SYSTEM_ERROR(code)) return std::generic_category().message(ERR_GET_REASON(code));
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  return text != nullptr ? text : "not readable as PEM";
}

Error wrongTlsFile(std::string_view option, std::string_view file, std::string_view what) {
  return {Code::InvalidArgument, std::string(option) + ": " + std::string(file) + ": " + std::string(what)};
}

Result<void> useCertificate(ssl_ctx_st* context, const CertificateFiles& files) {
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1)
    return wrongTlsFile(files.certificate_option, files.certificate, tlsReason());
  bool encrypted = false;
  SSL_CTX_set_default_passwd_cb_userdata(context, &encrypted);
  const bool used = SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context, nullptr);
  if (used) return {};
  std::string why = tlsReason();
  if (encrypted) why = "the key is encrypted; expected one without a pass phrase";
  if (why.find("mismatch") != std::string::npos) why = "expected the key of " + files.certificate + ", got another one";
  return wrongTlsFile(files.key_option, files.key, why);
}

}  // namespace sse::net
