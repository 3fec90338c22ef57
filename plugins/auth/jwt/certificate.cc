#include "auth/jwt/certificate.h"

#include <memory>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "auth/jwt/pem.h"

namespace sse::jwt {

bool holdsCertificate(std::string_view pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                       &BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> found(PEM_read_bio_X509(text.get(), nullptr, noPassPhrase, nullptr),
                                                          &X509_free);
  ERR_clear_error();
  return found != nullptr;
}

}  // namespace sse::jwt
