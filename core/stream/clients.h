#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sse::stream {

/// Which chosen client ids are in use on this node, over all loops, and how many streams each identity has; generated
/// ids are not in it. Shared, one mutex, taken when a stream with a chosen id or of an identity opens or closes. A
/// targeted event is kept only for ids that were chosen here before.
class ClientRegistry {
 public:
  struct Holder {
    unsigned loop = 0;
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    std::string identity;
  };
  struct Claim {
    bool granted = false;
    std::optional<Holder> replaced;  ///< whose stream has to be closed
  };

  /// Takes the id of a channel for a new stream. In use: granted, with the holder to close, to the holder's identity,
  /// and where the holder has none to any identity and to who resumes; else refused. [any]
  Claim claim(std::string_view channel, std::string_view client, const Holder& holder, bool resumes);
  /// The newcomer's final place, known once its session is made. [any]
  void settle(std::string_view channel, std::string_view client, const Holder& holder);
  /// Gives the id back, if it is still this holder's. [any]
  void release(std::string_view channel, std::string_view client, const Holder& holder);
  /// One more stream of an identity; false where it has `most` already (0: any number). [any]
  bool enter(const std::string& identity, std::uint64_t most);
  /// One less. [any]
  void leave(const std::string& identity);
  [[nodiscard]] std::optional<Holder> find(std::string_view channel, std::string_view client) const;

 private:
  static std::string key(std::string_view channel, std::string_view client);
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Holder> holders_;
  std::unordered_map<std::string, std::uint64_t> streams_;  ///< by identity
};

}  // namespace sse::stream
