#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sse::stream {

/// Where something stands in an ExpiryWheel; kept by the wheel's user. All zero: nowhere.
struct Timed {
  std::uint32_t due = 0;  ///< tick; 0: in no list
  std::uint32_t end = 0;  ///< the owner's own, kept beside it
  std::uint32_t next = 0;
  std::uint32_t prev = 0;
};

/// A timer wheel over numbered things: three levels of 256 lists, linked through the things, so that adding, removing
/// and firing cost a few writes whatever their number, and nothing is allocated. A tick is what its user takes it for.
/// What is due further ahead than 2^24 ticks is looked at again on the way. [one thread]
class ExpiryWheel {
 public:
  /// `at` finds the Timed of a thing; what is in the wheel must be found.
  ExpiryWheel(std::function<Timed&(std::uint32_t slot)> at, std::uint32_t now) : at_(std::move(at)), now_(now) {}

  /// Puts a thing in no list where it fires at `due`, at the next tick at the earliest.
  void add(std::uint32_t slot, std::uint32_t due);
  /// Takes it out, if it is in.
  void remove(std::uint32_t slot);
  /// Goes on to `now` and calls `fire` for each thing that is due, taken out already; for at most `most` of them: false
  /// where there are more, which fire when called again.
  bool advance(std::uint32_t now, std::size_t most, const std::function<void(std::uint32_t slot)>& fire);
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::uint32_t kLists = 256;  ///< of a level
  void link(std::uint32_t slot, Timed& timed);
  void cascade(std::uint32_t list);

  std::function<Timed&(std::uint32_t)> at_;
  std::uint32_t now_;
  std::size_t size_ = 0;
  std::array<std::uint32_t, std::size_t{3} * kLists> heads_{};  ///< slot + 1; 0: empty
};

}  // namespace sse::stream
