#pragma once

#include <climits>
#include <cstdint>
#include <version>

/// Names everything that changes the layout of what crosses the plugin boundary. A plugin and a node must carry the
/// same text. It holds no date, no commit and nothing of NDEBUG: two builds by the same tools of the same SDK are
/// equal.

#define SSE_SDK_REVISION 6
#define SSE_ABI_VERSION 1

#define SSE_TEXT_OF(x) #x
#define SSE_TEXT(x) SSE_TEXT_OF(x)

#if defined(__clang__)
#define SSE_BUILD_COMPILER "clang" SSE_TEXT(__clang_major__)
#elif defined(__GNUC__)
#define SSE_BUILD_COMPILER "gcc" SSE_TEXT(__GNUC__)
#else
#define SSE_BUILD_COMPILER "unknown"
#endif

#if defined(_LIBCPP_VERSION)
#define SSE_BUILD_LIBRARY "libc++" SSE_TEXT(_LIBCPP_VERSION)
#else
#define SSE_BUILD_LIBRARY "libstdc++-cxx11abi" SSE_TEXT(_GLIBCXX_USE_CXX11_ABI)
#endif

#if defined(_GLIBCXX_DEBUG)
#define SSE_BUILD_CONTAINERS "-debugstl"
#else
#define SSE_BUILD_CONTAINERS ""
#endif

#if defined(__SANITIZE_THREAD__)
#define SSE_BUILD_SANITIZER "-tsan"
#elif defined(__SANITIZE_ADDRESS__)
#define SSE_BUILD_SANITIZER "-asan"
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SSE_BUILD_SANITIZER "-tsan"
#elif __has_feature(address_sanitizer)
#define SSE_BUILD_SANITIZER "-asan"
#endif
#endif
#ifndef SSE_BUILD_SANITIZER
#define SSE_BUILD_SANITIZER ""
#endif

#if UINTPTR_MAX == 0xffffffffffffffffU
#define SSE_BUILD_POINTER "64"
#else
#define SSE_BUILD_POINTER "32"
#endif

#define SSE_BUILD_ID                                                                                          \
  "sdk" SSE_TEXT(SSE_SDK_REVISION) "-" SSE_BUILD_COMPILER "-abi" SSE_TEXT(__GXX_ABI_VERSION) "-c++" SSE_TEXT( \
      __cplusplus) "-" SSE_BUILD_LIBRARY SSE_BUILD_CONTAINERS SSE_BUILD_SANITIZER "-" SSE_BUILD_POINTER

/// Visible from outside the library even where everything else is hidden.
#define SSE_PUBLIC __attribute__((visibility("default")))
