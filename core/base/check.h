#pragma once

#include <cstdio>
#include <cstdlib>

/// Always on: our own invariant. Prints the broken condition and aborts.
#define SSE_CHECK(condition)                                                                 \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: broken invariant: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

/// The same in debug builds only: for hot paths, such as "called by the thread that owns this object".
#ifdef NDEBUG
#define SSE_DCHECK(condition) \
  do {                        \
  } while (false)
#else
#define SSE_DCHECK(condition) SSE_CHECK(condition)
#endif
