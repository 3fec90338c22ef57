#include "net/outbox.h"

#include <algorithm>

namespace sse::net {

void Outbox::copy(std::string_view bytes) {
  if (bytes.empty()) return;
  copies_ += bytes;
  size_ += bytes.size();
  if (first_ < parts_.size() && parts_.back().data == nullptr) {
    parts_.back().size += bytes.size();
  } else {
    parts_.push_back({nullptr, nullptr, bytes.size()});
  }
}

void Outbox::share(std::string_view bytes, const void* owner, const Keeper& keeper) {
  if (owner == nullptr) return copy(bytes);
  if (bytes.empty()) return;
  keeper.keep(owner);
  keeper_ = &keeper;
  parts_.push_back({bytes.data(), owner, bytes.size()});
  size_ += bytes.size();
}

void Outbox::gather(std::vector<iovec>& into, std::size_t max) const {
  std::size_t copied = copied_at_;
  std::size_t skip = first_sent_;
  for (std::size_t i = first_; i < parts_.size() && into.size() < max; ++i) {
    const Part& part = parts_[i];
    const char* begin = part.data != nullptr ? part.data : copies_.data() + copied;
    if (part.data == nullptr) copied += part.size;
    into.push_back({const_cast<char*>(begin + skip), part.size - skip});
    skip = 0;
  }
}

void Outbox::sent(std::size_t bytes) {
  size_ -= bytes;
  for (; first_ < parts_.size(); ++first_) {
    const Part& part = parts_[first_];
    const std::size_t left = part.size - first_sent_;
    if (bytes < left) {
      first_sent_ += bytes;
      return;
    }
    bytes -= left;
    first_sent_ = 0;
    if (part.data == nullptr) copied_at_ += part.size;
    drop(part);
  }
  clear();
}

void Outbox::drop(const Part& part) {
  if (part.owner != nullptr) keeper_->drop(part.owner);
}

void Outbox::clear() {
  for (; first_ < parts_.size(); ++first_) drop(parts_[first_]);
  std::string().swap(copies_);
  std::vector<Part>().swap(parts_);
  first_ = first_sent_ = copied_at_ = size_ = 0;
}

}  // namespace sse::net
