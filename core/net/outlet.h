#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "net/event_loop.h"

namespace sse::net {

/// How bytes that are sent without a copy are kept alive: `owner` is what Piece names.
struct Keeper {
  void (*keep)(const void* owner);
  void (*drop)(const void* owner);
};

/// A part of what is to be sent.
struct Piece {
  std::string_view bytes;
  const void* owner = nullptr;  ///< keeps the bytes alive; none: they are copied
};

/// The way out to one receiver that shares its connection with others: a stream of HTTP/2. To its user it is like a
/// socket that does not block. Owned by its connection, lives on that one's loop, to the end of the turn in which the
/// user was told of its end or left.
class Outlet {
 public:
  /// Who is told: EPOLLOUT, more is taken again after a `send` that did not take all; EPOLLHUP, it is over. None: no
  /// one any more. [loop]
  virtual void attach(Pollable* user) = 0;
  /// Takes what fits now, in order, and says how many bytes. [loop]
  virtual std::size_t send(std::span<const Piece> pieces, const Keeper& keeper) = 0;
  /// Ends it behind what was taken. [loop]
  virtual void finish() = 0;
  /// The user goes: what was not finished is broken off. [loop]
  virtual void leave() = 0;

 protected:
  ~Outlet() = default;
};

}  // namespace sse::net
