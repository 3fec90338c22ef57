#pragma once

#include <string>
#include <vector>

#include "sse/certificate.h"

struct x509_st;

namespace sse::net {

/// The DNS names among a certificate's alternative names, lower case. [any]
std::vector<std::string> dnsNamesOf(const x509_st* certificate);

/// What plugins are told of a certificate that was verified. [any]
ClientCertificate describeCertificate(const x509_st* certificate);

}  // namespace sse::net
