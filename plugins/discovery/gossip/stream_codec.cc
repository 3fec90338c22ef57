#include "discovery/gossip/stream_codec.h"

#include <algorithm>
#include <utility>

#include "discovery/gossip/compress.h"
#include "discovery/gossip/label.h"
#include "discovery/gossip/lzw.h"
#include "discovery/gossip/message_codec.h"
#include "discovery/gossip/msgpack.h"
#include "discovery/gossip/stream_parser.h"

namespace sse::gossip {

namespace {

constexpr std::size_t kBoxHead = 5;  // type byte and length
/// Compressed bytes decoded at a time: what they stand for is some 200 KiB at most.
constexpr std::size_t kSlice = 64;

std::string boxHeader(std::size_t size) {
  std::string header{static_cast<char>(MessageType::Encrypt)};
  for (const unsigned shift : {24U, 16U, 8U, 0U}) header += static_cast<char>(size >> shift & 0xffU);
  return header;
}

Error refusedBox(std::size_t size) {
  return {Code::TooLarge,
          "stream: expected a box of at most " + std::to_string(kMaxBox) + " bytes, got " + std::to_string(size)};
}

bool isType(char byte, MessageType type) { return byte == static_cast<char>(type); }

}  // namespace

Result<std::string> encodeStream(const WireSettings& settings, const StreamMessage& message, StreamSide us) {
  auto bytes = encodeForStream(message);
  if (settings.compress) bytes = compressed(bytes);
  if (settings.verify_outgoing && !settings.keys.empty()) {
    const auto size = boxSize(settings.encryption_version, bytes.size());
    if (size > kMaxBox) return refusedBox(size);
    auto header = boxHeader(size);
    bytes = header + settings.keys.seal(settings.encryption_version, bytes, header + settings.label, settings.nonces());
  }
  return us == StreamSide::Initiator ? labelHeader(settings.label) + bytes : bytes;
}

/// The state of a decoder: which layer is due, and the bytes of a layer that is not whole.
class StreamDecoder::Layers {
 public:
  using Step = Result<std::optional<StreamMessage>>;

  Layers(const WireSettings& settings, StreamSide us)
      : settings_(settings), us_(us), due_(us == StreamSide::Listener ? Due::Label : Due::First) {}

  Step feed(std::string_view bytes) {
    started_ = started_ || !bytes.empty();
    if (due_ == Due::Message) return parser_.feed(bytes);
    buffer_.append(bytes);
    if (due_ == Due::Label) {
      const auto done = takeLabel();
      if (!done.ok()) return done.error();
    }
    if (due_ == Due::First && !buffer_.empty()) {
      const auto done = takeFirst();
      if (!done.ok()) return done.error();
    }
    if (due_ == Due::Box) return takeBox();
    if (due_ == Due::Compress) return takeCompress();
    if (due_ == Due::Message) return parser_.feed(std::exchange(buffer_, {}));
    return std::optional<StreamMessage>();
  }

  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  [[nodiscard]] bool started() const noexcept { return started_; }

 private:
  enum class Due : std::uint8_t { Label, First, Box, Compress, Message };

  /// An error that a listener answers.
  Error refuse(Error why) {
    if (us_ == StreamSide::Listener) refusal_ = why.text;
    return why;
  }

  Result<void> takeLabel() {
    if (buffer_.empty()) return {};
    const Error refused{Code::PermissionDenied, "stream: expected another label, got none or a different one"};
    if (buffer_[0] != kLabelByte) {
      if (!settings_.label.empty() && !settings_.skip_inbound_label_check) return refused;
      due_ = Due::First;
      return {};
    }
    const auto header = labelHeader(settings_.label);
    if (header.empty() || settings_.skip_inbound_label_check) return refused;
    if (!buffer_.starts_with(std::string_view(header).substr(0, buffer_.size()))) return refused;
    if (buffer_.size() < header.size()) return {};
    buffer_.erase(0, header.size());
    due_ = Due::First;
    return {};
  }

  Result<void> takeFirst() {
    if (isType(buffer_[0], MessageType::Encrypt)) {
      if (settings_.keys.empty())
        return refuse({Code::Unsupported, "stream: expected plain text, as no key is set, got encryption"});
      due_ = Due::Box;
      return {};
    }
    if (!settings_.keys.empty() && settings_.verify_incoming)
      return refuse({Code::Unauthenticated, "stream: expected encryption, got plain text"});
    due_ = isType(buffer_[0], MessageType::Compress) ? Due::Compress : Due::Message;
    return {};
  }

  Step takeBox() {
    if (buffer_.size() < kBoxHead) return std::optional<StreamMessage>();
    std::size_t size = 0;
    for (std::size_t i = 1; i < kBoxHead; ++i) size = size << 8U | static_cast<std::uint8_t>(buffer_[i]);
    if (size > kMaxBox) return refuse(refusedBox(size));
    if (buffer_.size() < kBoxHead + size) return std::optional<StreamMessage>();
    const std::string_view whole(buffer_);
    auto plain = settings_.keys.open(whole.substr(kBoxHead, size), boxHeader(size) + settings_.label);
    if (!plain.ok()) return refuse(std::move(plain).error());
    buffer_ = *std::move(plain);
    const bool packed = !buffer_.empty() && isType(buffer_[0], MessageType::Compress);
    return complete(packed ? takeCompress() : parser_.feed(buffer_));
  }

  Step takeCompress() {
    const auto rest = std::string_view(buffer_).substr(1);
    const auto size = scanner_.scan(rest);
    if (!size.ok()) return refuse(size.error());
    if (scanner_.least() > kMaxBox)
      return refuse({Code::TooLarge, "stream: expected fewer compressed bytes, got more than the limit"});
    if (!*size) return std::optional<StreamMessage>();
    const auto packed = compressedBuffer(rest.substr(0, **size));
    if (!packed.ok()) return refuse(packed.error());
    return complete(inflate(*packed));
  }

  /// Feeds the parser with what the bytes stand for, never holding it as a whole. The message counts only where all of
  /// it can be decompressed.
  Step inflate(std::string_view packed) {
    LzwDecoder decoder(kMaxInflated);
    std::optional<StreamMessage> message;
    std::string plain;
    for (; !packed.empty(); packed.remove_prefix(std::min(kSlice, packed.size()))) {
      plain.clear();
      auto decoded = decoder.feed(packed.substr(0, kSlice), plain);
      if (!decoded.ok()) return refuse(std::move(decoded).error());
      if (message) continue;
      auto step = parser_.feed(plain);
      if (!step.ok()) return step;
      message = *std::move(step);
    }
    if (!decoder.ended())
      return refuse({Code::InvalidArgument, "stream: expected the end code of compression, got the end"});
    return message;
  }

  /// No more can come in a layer that is whole.
  static Step complete(Step step) {
    if (!step.ok() || *step) return step;
    return Error{Code::InvalidArgument, "stream: expected a whole message, got the end of its layer"};
  }

  const WireSettings& settings_;
  StreamSide us_;
  Due due_;
  bool started_ = false;
  std::string buffer_;
  ValueScanner scanner_;
  StreamParser parser_;
  std::string refusal_;
};

StreamDecoder::StreamDecoder(const WireSettings& settings, StreamSide us)
    : layers_(std::make_unique<Layers>(settings, us)) {}
StreamDecoder::~StreamDecoder() = default;
StreamDecoder::StreamDecoder(StreamDecoder&&) noexcept = default;
StreamDecoder& StreamDecoder::operator=(StreamDecoder&&) noexcept = default;

Result<std::optional<StreamMessage>> StreamDecoder::feed(std::string_view bytes) { return layers_->feed(bytes); }
const std::string& StreamDecoder::refusal() const noexcept { return layers_->refusal(); }
bool StreamDecoder::started() const noexcept { return layers_->started(); }

}  // namespace sse::gossip
