#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

namespace sse::conformance {

/// What this process holds at the moment. [any]

/// Numbers of all open descriptors.
std::set<std::string> openDescriptors();

/// Ids of all threads.
std::set<std::string> threads();

/// Bytes handed out by malloc; 0 where a sanitizer has replaced it and nobody knows.
std::size_t heapBytes();

/// A port that nobody listens on now; 0 where there is none.
std::uint16_t freePort();

/// Built with AddressSanitizer or ThreadSanitizer.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
inline constexpr bool kSanitized = true;
#elif defined(__has_feature)
inline constexpr bool kSanitized = __has_feature(thread_sanitizer) || __has_feature(address_sanitizer);
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace sse::conformance
