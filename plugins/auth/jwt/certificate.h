#pragma once

#include <string_view>

namespace sse::jwt {

/// Whether a text in PEM begins with a certificate, but for what is no PEM. [any]
bool holdsCertificate(std::string_view pem);

}  // namespace sse::jwt
