#include "channel/entry.h"

#include <cstdlib>
#include <cstring>
#include <new>

#include "base/check.h"
#include "base/tag.h"
#include "channel/client_id.h"
#include "channel/frame.h"
#include "channel/position.h"

namespace sse::channel {
namespace {

constexpr std::string_view kId = "id: ";
constexpr std::size_t kChunkHeader = 18;

}  // namespace

/// Room for chunk header and id line lies in front of the body, as the digits of the position are known only when the
/// journal numbers the entry.
EntryRef Entry::allocate(const EventView& parts, std::size_t body_size) {
  const std::size_t id_room = parts.publisher_id.empty() ? kMaxPositionText : parts.publisher_id.size();
  const std::size_t front = kChunkHeader + kId.size() + id_room + 1;
  const std::size_t frame = front + body_size + 3;
  const std::size_t capacity = frame + parts.channel.size() + parts.client.size() + parts.publisher_id.size() +
                               parts.idempotency.size() + parts.been_to.size();
  void* memory = std::malloc(sizeof(Entry) + capacity);
  if (memory == nullptr) throw std::bad_alloc();
  auto* entry = new (memory) Entry;
  entry->kind_ = parts.kind;
  entry->identity_ = parts.id;
  entry->capacity_ = static_cast<std::uint32_t>(capacity);
  entry->body_at_ = static_cast<std::uint32_t>(front);
  entry->body_size_ = static_cast<std::uint32_t>(body_size);
  char* out = entry->text() + frame;
  const auto keep = [&](std::string_view text, std::uint32_t& at, std::uint16_t& size) {
    at = static_cast<std::uint32_t>(out - entry->text());
    size = static_cast<std::uint16_t>(text.size());
    if (!text.empty()) std::memcpy(out, text.data(), text.size());
    out += text.size();
  };
  keep(parts.channel, entry->channel_at_, entry->channel_size_);
  keep(parts.client, entry->client_at_, entry->client_size_);
  keep(parts.publisher_id, entry->publisher_id_at_, entry->publisher_id_size_);
  keep(parts.idempotency, entry->idempotency_at_, entry->idempotency_size_);
  if (!parts.been_to.empty()) std::memcpy(out, parts.been_to.data(), parts.been_to.size());
  entry->been_to_size_ = static_cast<std::uint16_t>(parts.been_to.size());
  if (!parts.client.empty()) entry->client_hash_ = hashOfClient(parts.client);
  entry->passing_ = parts.kind == EventKind::Client && isGeneratedClient(parts.client);
  std::memcpy(entry->text() + front + body_size, "\n\r\n", 3);
  return EntryRef(entry);
}

EntryRef Entry::make(const Draft& draft) {
  EventView parts;
  parts.kind = draft.kind;
  parts.channel = draft.channel;
  parts.client = draft.client;
  parts.publisher_id = draft.publisher_id;
  parts.idempotency = draft.idempotency;
  parts.been_to = draft.been_to;
  auto entry = allocate(parts, bodySize(draft.event, draft.data, draft.retry_ms));
  writeBody(entry->text() + entry->body_at_, draft.event, draft.data, draft.retry_ms);
  return entry;
}

EntryRef Entry::make(const EventView& event) {
  auto parts = event;
  parts.been_to = {};
  auto entry = allocate(parts, event.body.size());
  if (!event.body.empty()) std::memcpy(entry->text() + entry->body_at_, event.body.data(), event.body.size());
  return entry;
}

void Entry::number(std::uint64_t position, const Identity& identity, const Tag& own) {
  position_ = position;
  identity_ = identity;
  char* at = text() + body_at_;
  *--at = '\n';
  if (publisher_id_size_ == 0) {
    at = writePositionBackwards(at, identity, {own, position});
  } else {
    at -= publisher_id_size_;
    std::memcpy(at, publisherId().data(), publisher_id_size_);
  }
  at -= kId.size();
  std::memcpy(at, kId.data(), kId.size());
  block_at_ = static_cast<std::uint32_t>(at - text());
  chunk_at_ = static_cast<std::uint32_t>(writeChunkHeaderBackwards(at, block().size()) - text());
}

EventView Entry::view() const {
  return {kind_, identity_, position_, channel(), client(), publisherId(), idempotency(), body(), beenTo()};
}

void EntryRef::drop() {
  if (entry_ == nullptr || entry_->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  entry_->~Entry();
  std::free(entry_);
}

}  // namespace sse::channel
