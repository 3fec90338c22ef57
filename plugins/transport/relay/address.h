#pragma once

#include <string>

namespace sse::relay {

/// `text` as a numeric address in the one form in which connections are named too (an IPv4 address mapped into IPv6 is
/// the IPv4 one); empty where it is none. [any]
std::string canonicalAddress(const std::string& text);

}  // namespace sse::relay
