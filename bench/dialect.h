#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace sse::bench {

enum class ServerKind { Floor, Nchan, Ours };

std::string_view nameOf(ServerKind kind);

/// What the marker of an event begins with; nothing else in a stream holds this character.
inline constexpr char kMarker = '#';
inline constexpr int kMarkerDigits = 10;

/// A subscribe request for a channel, with a Last-Event-ID unless that is empty.
std::string subscribeRequest(size_t channel, std::string_view last_event_id = {});

/// Makes publish requests whose event is a JSON string of exactly `size` bytes that ends with its sequence number.
/// Floor and Nchan take the body as the data; ours takes an object that holds it.
class PublishRequests {
 public:
  /// `headers`: whole lines to add, each with its end.
  PublishRequests(ServerKind kind, size_t size, std::string_view headers = {});

  /// Appends one whole request to `out`.
  void append(std::string& out, size_t channel, uint64_t sequence) const;

 private:
  std::string rest_;  // everything behind the channel, digits zero
  size_t digits_from_end_;
};

}  // namespace sse::bench
