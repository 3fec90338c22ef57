#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <variant>

namespace sse {

/// What went wrong, as few kinds as callers can tell apart. Text says the rest.
enum class Code : std::uint8_t {
  InvalidArgument,   ///< the caller's input is malformed
  NotFound,          ///< the thing named does not exist
  AlreadyExists,     ///< the thing named exists and may not be replaced
  Unauthenticated,   ///< credentials are missing or bad
  PermissionDenied,  ///< credentials are good and do not suffice
  LimitReached,      ///< a limit is reached; later may work
  TooLarge,          ///< the input is larger than its limit
  Unsupported,       ///< understood, and not offered
  Conflict,          ///< contradicts what is there
  Unavailable,       ///< not now; later may work
  Timeout,           ///< did not finish in its time
  System,            ///< the operating system refused
  Internal,          ///< our own fault
};

/// A failure. `text` is lower case and says where first, then what was expected, then what was found.
struct Error {
  Code code = Code::Internal;
  std::string text;
};

/// A value or the reason why there is none. Never empty; must be looked at.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  /// The value; aborts with the error's text when there is none.
  T& value() & { return present(std::get_if<0>(&state_)); }
  const T& value() const& { return present(std::get_if<0>(&state_)); }
  T&& value() && { return std::move(present(std::get_if<0>(&state_))); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// The error; only where `!ok()`.
  [[nodiscard]] const Error& error() const& { return *std::get_if<1>(&state_); }
  [[nodiscard]] Error&& error() && { return std::move(*std::get_if<1>(&state_)); }

 private:
  template <typename V>
  V& present(V* value) const {
    if (value != nullptr) return *value;
    std::fprintf(stderr, "value of a failed result: %s\n", error().text.c_str());
    std::abort();
  }

  std::variant<T, Error> state_;
};

/// Success without a value, or the reason of the failure.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const noexcept { return !failed_; }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] const Error& error() const& { return error_; }
  [[nodiscard]] Error&& error() && { return std::move(error_); }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace sse
