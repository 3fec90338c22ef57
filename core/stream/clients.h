#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace sse::stream {

/// Which chosen client ids are in use on this node, over all loops; generated ids are not in it. Shared, one mutex,
/// taken when a stream with a chosen id opens or closes. A targeted event is kept only for ids that were chosen here
/// before.
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

  /// Takes the id of a channel for a new stream. In use: granted with the holder to close where the newcomer resumes or
  /// is of the same non-empty identity, else refused. [any]
  Claim claim(std::string_view channel, std::string_view client, const Holder& holder, bool resumes);
  /// The newcomer's final place, known once its session is made. [any]
  void settle(std::string_view channel, std::string_view client, const Holder& holder);
  /// Gives the id back, if it is still this holder's. [any]
  void release(std::string_view channel, std::string_view client, const Holder& holder);
  [[nodiscard]] std::optional<Holder> find(std::string_view channel, std::string_view client) const;

 private:
  static std::string key(std::string_view channel, std::string_view client);
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Holder> holders_;
};

}  // namespace sse::stream
