#include "auth/webhook/tls_context.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace sse::webhook {

Result<std::shared_ptr<const TlsContext>> TlsContext::make(const std::string& ca_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) return Error{Code::System, "no memory for TLS"};
  std::shared_ptr<const TlsContext> made(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  const bool loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context) == 1
                                      : SSL_CTX_load_verify_file(context, ca_file.c_str()) == 1;
  ERR_clear_error();
  if (!loaded) return Error{Code::InvalidArgument, "expected a file that can be read, with a certificate in PEM"};
  return made;
}

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

}  // namespace sse::webhook
