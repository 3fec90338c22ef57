#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sse/loop.h"
#include "stream/expiry_wheel.h"

namespace sse::stream {

class Session;
class Streamer;

/// What a renewal has to know of a stream.
struct StreamFacts {
  std::vector<std::string> channels;
  std::string client;  ///< as asked for; empty: generated
  std::string identity;
};

/// Ends streams with their credentials, and tells them before by `event: token-expiring`. Costs a loop 16 bytes for
/// each place of a stream, once a stream has an end. Owned by its Streamer, lives on its loop.
class Expiry {
 public:
  explicit Expiry(Streamer& owner);

  /// The stream ends at `end`, within half a second; none: never. Replaces what was said before. [loop]
  void set(Session& session, std::optional<Clock::time_point> end);
  /// Forgets a stream that closes. [loop]
  void drop(Session& session);
  /// Ends or tells whose time has come. Called a few times a second. [loop]
  void tick();

  /// A stream by its place and generation; nothing where it is gone. [loop]
  [[nodiscard]] std::optional<StreamFacts> facts(std::uint32_t slot, std::uint32_t generation) const;
  /// The stream goes on with other credentials; false where it is gone. [loop]
  bool renew(std::uint32_t slot, std::uint32_t generation, std::optional<Clock::time_point> end,
             std::uint64_t credential);
  /// Ends every stream of these credentials. Looks at all streams. [loop]
  void revoke(const std::vector<std::uint64_t>& credentials);

 private:
  [[nodiscard]] std::uint32_t now() const;
  [[nodiscard]] Session* find(std::uint32_t slot, std::uint32_t generation) const;
  void due(std::uint32_t slot);
  bool warn(Session& session);

  Streamer& owner_;
  std::vector<Timed> timed_;  ///< by slot; shorter where none of the last ones ends
  ExpiryWheel wheel_;
  Registration again_;
};

}  // namespace sse::stream
