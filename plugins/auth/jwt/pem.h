#pragma once

namespace sse::jwt {

/// For OpenSSL: no pass phrase, of what is encrypted, where it would ask for one on the terminal and wait. [any]
inline int noPassPhrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

}  // namespace sse::jwt
