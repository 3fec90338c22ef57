#include "discovery/gossip/stream_parser.h"

#include <algorithm>
#include <utility>

#include "discovery/gossip/stream_codec.h"

namespace sse::gossip {

namespace {

template <typename T>
Result<std::optional<StreamMessage>> whole(Result<T> message) {
  if (!message.ok()) return std::move(message).error();
  return std::optional<StreamMessage>(*std::move(message));
}

std::size_t memoryOf(const Row& row) {
  return sizeof(Row) + row.address.size() + row.meta.size() + row.name.size() + row.versions.size();
}

bool isOfStreams(MessageType type) {
  return type == MessageType::Ping || type == MessageType::Ack || type == MessageType::PushPull ||
         type == MessageType::User || type == MessageType::Refusal;
}

const std::optional<StreamMessage> kMore;

}  // namespace

Result<std::optional<StreamMessage>> StreamParser::feed(std::string_view bytes) {
  pending_.append(bytes);
  for (;;) {
    if (expects_ == Expects::UserData) return skipUserData();
    if (expects_ == Expects::Type) {
      if (at_ == pending_.size()) break;
      type_ = static_cast<MessageType>(static_cast<std::uint8_t>(pending_[at_++]));
      if (!isOfStreams(type_))
        return Error{Code::Unsupported,
                     "stream: expected a type of streams, got " + std::to_string(static_cast<unsigned>(type_))};
      expects_ = Expects::Map;
    }
    const auto map = wholeMap();
    if (!map.ok()) return map.error();
    if (!*map) break;
    auto step = take(**map);
    if (!step.ok() || *step) return step;
  }
  pending_.erase(0, at_);
  at_ = 0;
  return kMore;
}

Result<std::optional<std::string_view>> StreamParser::wholeMap() {
  const auto rest = std::string_view(pending_).substr(at_);
  const auto size = scanner_.scan(rest);
  if (!size.ok()) return size.error();
  if (scanner_.least() > kMaxMap)
    return Error{Code::TooLarge, "stream: expected a map of at most " + std::to_string(kMaxMap) + " bytes, got more"};
  if (!*size) return std::optional<std::string_view>();
  scanner_ = ValueScanner();
  at_ += **size;
  return std::optional<std::string_view>(rest.substr(0, **size));
}

StreamParser::Step StreamParser::take(std::string_view map) {
  if (expects_ == Expects::Row) return takeRow(map);
  switch (type_) {
    case MessageType::Ping: return whole(decodePing(map));
    case MessageType::Ack: return whole(decodeAck(map));
    case MessageType::Refusal: return whole(decodeRefusal(map));
    default: return takeHead(map);
  }
}

StreamParser::Step StreamParser::takeHead(std::string_view map) {
  if (type_ == MessageType::User) {
    const auto size = decodeUserHead(map);
    if (!size.ok()) return size.error();
    return expectUserData(UserMessage{}, *size);
  }
  const auto head = decodePushPullHead(map);
  if (!head.ok()) return head.error();
  head_ = *head;
  exchange_.join = head_.join;
  rows_left_ = head_.rows;
  expects_ = Expects::Row;
  return afterRow();
}

StreamParser::Step StreamParser::takeRow(std::string_view map) {
  auto row = decodeRow(map);
  if (!row.ok()) return row.error();
  --rows_left_;
  if (*row) {
    row_memory_ += memoryOf(**row);
    if (row_memory_ > kMaxRowMemory)
      return Error{Code::TooLarge, "push/pull: expected rows of at most " + std::to_string(kMaxRowMemory) +
                                       " bytes of memory, got more"};
    exchange_.rows.push_back(**std::move(row));
  }
  return afterRow();
}

StreamParser::Step StreamParser::afterRow() {
  if (rows_left_ > 0) return kMore;
  return expectUserData(std::move(exchange_), head_.user_bytes);
}

StreamParser::Step StreamParser::expectUserData(StreamMessage message, std::size_t size) {
  message_ = std::move(message);
  user_left_ = size;
  expects_ = Expects::UserData;
  return kMore;
}

StreamParser::Step StreamParser::skipUserData() {
  const auto skipped = std::min(user_left_, pending_.size() - at_);
  user_left_ -= skipped;
  pending_.clear();
  at_ = 0;
  if (user_left_ > 0) return kMore;
  return std::optional<StreamMessage>(std::move(message_));
}

}  // namespace sse::gossip
