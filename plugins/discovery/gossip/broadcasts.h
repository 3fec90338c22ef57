#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace sse::gossip {

/// What is to be passed on about nodes (docs/memberlist.md section 16): at most one message per node, so never more
/// than there are nodes in the table. Owned by the membership.
class Broadcasts {
 public:
  explicit Broadcasts(std::size_t retransmit_multiplier) : multiplier_(retransmit_multiplier) {}

  /// Takes an encoded message about a node, in place of the one before.
  void queue(const std::string& node, std::string message);

  /// Drops the message about a node that is forgotten.
  void drop(const std::string& node);

  /// Messages for one packet of `room` bytes in which each takes `overhead` more than its length: those sent least
  /// often first, of them the largest that fits, of equal ones the newest. Each counts as sent once, and is dropped
  /// when it was sent as often as a table of `members` asks for.
  std::vector<std::string> pick(std::size_t room, std::size_t overhead, std::size_t members);

  [[nodiscard]] bool holds(const std::string& node) const { return by_node_.contains(node); }
  [[nodiscard]] bool empty() const { return queue_.empty(); }
  [[nodiscard]] std::size_t size() const { return queue_.size(); }

  /// How often a message is sent in a table of `members`.
  [[nodiscard]] std::size_t limit(std::size_t members) const;

 private:
  struct Entry {
    std::size_t sent;
    std::size_t size;
    std::uint64_t number;  // of queueing
    std::string node;
    std::string message;
  };
  struct Key {
    std::size_t sent;
    std::size_t size;
  };
  struct Order {
    using is_transparent = void;
    bool operator()(const Entry& a, const Entry& b) const;
    bool operator()(const Entry& a, const Key& b) const;
  };
  using Queue = std::set<Entry, Order>;

  std::size_t multiplier_;
  std::uint64_t next_ = 0;
  Queue queue_;
  std::unordered_map<std::string, Queue::iterator> by_node_;
};

}  // namespace sse::gossip
