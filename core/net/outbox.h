#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <vector>

#include "net/outlet.h"

namespace sse::net {

/// Bytes on their way to one socket: own ones, copied, and shared ones, kept alive until they are out. Owned by a
/// connection. An empty one has no memory. Bounded by its owner, who asks for `size` before it adds.
class Outbox {
 public:
  Outbox() = default;
  ~Outbox() { clear(); }
  Outbox(const Outbox&) = delete;
  Outbox& operator=(const Outbox&) = delete;

  [[nodiscard]] std::size_t size() const { return size_; }
  void copy(std::string_view bytes);
  void share(std::string_view bytes, const void* owner, const Keeper& keeper);
  /// Appends the parts in order, at most `max`. They are good until the next change.
  void gather(std::vector<iovec>& into, std::size_t max) const;
  /// The first `bytes` of them are out.
  void sent(std::size_t bytes);
  void clear();

 private:
  struct Part {
    const char* data = nullptr;  ///< none: `size` bytes of copies_
    const void* owner = nullptr;
    std::size_t size = 0;
  };
  void drop(const Part& part);

  std::string copies_;
  std::vector<Part> parts_;
  std::size_t first_ = 0;       ///< parts before it are out
  std::size_t first_sent_ = 0;  ///< bytes of the first part that are out
  std::size_t copied_at_ = 0;   ///< where in copies_ the first copied part begins
  std::size_t size_ = 0;
  const Keeper* keeper_ = nullptr;
};

}  // namespace sse::net
