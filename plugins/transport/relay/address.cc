#include "transport/relay/address.h"

#include <arpa/inet.h>

namespace sse::relay {

std::string canonicalAddress(const std::string& text) {
  char out[INET6_ADDRSTRLEN] = "";
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return inet_ntop(AF_INET, &v4, out, sizeof(out));
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) != 1) return {};
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return inet_ntop(AF_INET, &v6.s6_addr[12], out, sizeof(out));
  return inet_ntop(AF_INET6, &v6, out, sizeof(out));
}

}  // namespace sse::relay
