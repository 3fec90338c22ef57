#include "http/http2_session.h"

#include <algorithm>
#include <array>
#include <nghttp2/nghttp2.h>
#include <vector>

namespace sse::http {
namespace {

constexpr std::size_t kMaxSkipped = 8;

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

nghttp2_nv field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
  }
  return out;
}

/// Without what would end a line for whoever writes the answer down as HTTP/1.1.
std::string oneLine(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return out;
}

}  // namespace

/// nghttp2's callbacks; the user pointer is the session, a DATA source its stream.
struct Http2Session::Callbacks {
  static Http2Session& self(void* user) { return *static_cast<Http2Session*>(user); }

  static int beginHeaders(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    return frame->headers.cat == NGHTTP2_HCAT_REQUEST ? self(user).onHeaders(frame->hd.stream_id) : 0;
  }
  static int header(nghttp2_session* /*session*/, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size, std::uint8_t /*flags*/,
                    void* user) {
    // Trailers are counted and passed over.
    return self(user).onField(frame->hd.stream_id, view(name, name_size), view(value, value_size));
  }
  static int badHeader(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* /*name*/,
                       std::size_t /*name_size*/, const std::uint8_t* /*value*/, std::size_t /*value_size*/,
                       std::uint8_t /*flags*/, void* /*user*/) {
    auto* stream = static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session, frame->hd.stream_id));
    if (stream != nullptr && stream->incoming) stream->incoming->refuse(400, "headers: a malformed name or value");
    return 0;
  }
  static int data(nghttp2_session* /*session*/, std::uint8_t /*flags*/, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    self(user).onData(id, view(bytes, size));
    return 0;
  }
  static int frame(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    const bool last = (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0;
    const std::int32_t id = frame->hd.stream_id;
    if (frame->hd.type == NGHTTP2_RST_STREAM) self(user).noteEnded(id);
    if (frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST) {
      self(user).onFieldsEnd(id, last);
    } else if ((frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS) && last) {
      self(user).onEnd(id);
    }
    return 0;
  }
  static int badFrame(nghttp2_session* /*session*/, const nghttp2_frame* frame, int error, void* user) {
    const bool stream = frame->hd.type == NGHTTP2_HEADERS && error == NGHTTP2_ERR_REFUSED_STREAM;
    return !stream || self(user).onRefused() ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
  }
  static int sent(nghttp2_session* /*session*/, const nghttp2_frame* frame, void* user) {
    const bool content = frame->hd.type == NGHTTP2_DATA || frame->hd.type == NGHTTP2_HEADERS;
    if (content) self(user).onSent(frame->hd.stream_id, (frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0);
    if (frame->hd.type == NGHTTP2_RST_STREAM) self(user).onResetSent(frame->rst_stream.error_code);
    return 0;
  }
  static int close(nghttp2_session* session, std::int32_t id, std::uint32_t /*error*/, void* user) {
    if (nghttp2_session_get_stream_remote_close(session, id) == 1) self(user).noteEnded(id);
    self(user).onClose(id);
    return 0;
  }
  static ssize_t give(nghttp2_session* /*session*/, std::int32_t /*id*/, std::uint8_t* /*buffer*/, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source* source, void* /*user*/) {
    const auto given = static_cast<Http2Stream*>(source->ptr)->give(room);
    if (given.size == 0 && !given.last) return NGHTTP2_ERR_DEFERRED;
    *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    if (given.last) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(given.size);
  }
  static int put(nghttp2_session* /*session*/, nghttp2_frame* /*frame*/, const std::uint8_t* head, std::size_t size,
                 nghttp2_data_source* source, void* user) {
    self(user).owner_.onBytes(view(head, 9));
    static_cast<Http2Stream*>(source->ptr)->put(size);
    return 0;
  }

  static const nghttp2_session_callbacks* table() {
    static const nghttp2_session_callbacks* const made = [] {
      nghttp2_session_callbacks* out = nullptr;
      nghttp2_session_callbacks_new(&out);
      nghttp2_session_callbacks_set_on_begin_headers_callback(out, beginHeaders);
      nghttp2_session_callbacks_set_on_header_callback(out, header);
      nghttp2_session_callbacks_set_on_invalid_header_callback(out, badHeader);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(out, data);
      nghttp2_session_callbacks_set_on_frame_recv_callback(out, frame);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(out, badFrame);
      nghttp2_session_callbacks_set_on_frame_send_callback(out, sent);
      nghttp2_session_callbacks_set_on_stream_close_callback(out, close);
      nghttp2_session_callbacks_set_send_data_callback(out, put);
      return out;
    }();
    return made;
  }
  /// No compression by a table: it costs each connection memory, and answers are short.
  static const nghttp2_option* options() {
    static const nghttp2_option* const made = [] {
      nghttp2_option* out = nullptr;
      nghttp2_option_new(&out);
      nghttp2_option_set_max_deflate_dynamic_table_size(out, 0);
      nghttp2_option_set_no_closed_streams(out, 1);
      return out;
    }();
    return made;
  }
};

Http2Session::Http2Session(Owner& owner, const Http2Limits& limits) : owner_(owner), limits_(limits) {
  resets_.left = limits.resets;
  controls_.left = limits.controls;
  updates_.left = Http2Limits::kUpdates;
  if (nghttp2_session_server_new2(&session_, Callbacks::table(), this, Callbacks::options()) != 0) {
    throw std::bad_alloc();
  }
  const std::array<nghttp2_settings_entry, 3> settings = {{
      {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.streams},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(limits.headers)},
      {NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1},
  }};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
}

Http2Session::~Http2Session() { nghttp2_session_del(session_); }

/// Frame by frame, as nghttp2 tells nothing of those that it passes over.
bool Http2Session::receive(std::string_view bytes, std::int64_t now_ms) {
  now_ms_ = now_ms;
  while (!bytes.empty()) {
    const std::size_t size = walk_.next(bytes);
    if (const auto* head = walk_.begun(); head != nullptr && !onFrameBegin(*head)) {
      nghttp2_session_terminate_session(session_, failure_);
      return false;
    }
    const auto used = nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), size);
    if (used == NGHTTP2_ERR_BAD_CLIENT_MAGIC || used == NGHTTP2_ERR_CALLBACK_FAILURE) {
      nghttp2_session_terminate_session(session_, failure_);
    }
    if (used < 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

bool Http2Session::produce() {
  while (owner_.room()) {
    const std::uint8_t* bytes = nullptr;
    const ssize_t size = nghttp2_session_mem_send(session_, &bytes);
    if (size < 0) return false;
    if (size == 0) return true;
    owner_.onBytes(view(bytes, static_cast<std::size_t>(size)));
  }
  return true;
}

bool Http2Session::done() const {
  return nghttp2_session_want_read(session_) == 0 && nghttp2_session_want_write(session_) == 0;
}

void Http2Session::respond(Http2Stream& stream, int status, std::span<const Header> headers, bool head_only) {
  const std::string code = std::to_string(status);
  std::vector<std::string> texts;
  texts.reserve(2 * headers.size());
  std::vector<nghttp2_nv> fields{field(":status", code)};
  for (const auto& header : headers) {
    const auto& name = texts.emplace_back(lower(header.name));
    const auto& value = texts.emplace_back(oneLine(header.value));
    fields.push_back(field(name, value));
  }
  const nghttp2_data_provider data{{.ptr = &stream}, Callbacks::give};
  nghttp2_submit_response(session_, stream.stream_id, fields.data(), fields.size(), head_only ? nullptr : &data);
}

void Http2Session::sendContinue(Http2Stream& stream) {
  const nghttp2_nv status = field(":status", "100");
  nghttp2_submit_headers(session_, NGHTTP2_FLAG_NONE, stream.stream_id, nullptr, &status, 1, nullptr);
}

void Http2Session::resume(const Http2Stream& stream) { nghttp2_session_resume_data(session_, stream.stream_id); }

void Http2Session::reset(const Http2Stream& stream) {
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.stream_id, NGHTTP2_CANCEL);
}

Http2Stream* Http2Session::find(std::int32_t id) const {
  return static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(session_, id));
}

void Http2Session::shutdownNotice() { nghttp2_submit_shutdown_notice(session_); }

void Http2Session::goodbye() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
}

bool Http2Session::Bucket::take(std::uint32_t size, std::int64_t now_ms) {
  const auto passed = static_cast<double>(now_ms - at_ms);
  left = std::min<double>(size, left + passed * size / static_cast<double>(Http2Limits::kWindowMs));
  at_ms = now_ms;
  if (left < 1) return false;
  left -= 1;
  return true;
}

bool Http2Session::drop(Http2Flood flood) {
  if (flood_ == Http2Flood::None) flood_ = flood;
  failure_ = NGHTTP2_ENHANCE_YOUR_CALM;
  return false;
}

/// RFC 9113 5.1.1: numbers of streams only grow. nghttp2 takes one that was passed over for one that is closed.
bool Http2Session::onHeadersBegin(std::int32_t id) {
  continuations_ = 0;
  if (id > last_id_) {
    if (id - last_id_ > 2 && skipped_.size() < kMaxSkipped) skipped_.emplace_back(last_id_ + 1, id - 1);
    last_id_ = id;
    return true;
  }
  return std::ranges::none_of(skipped_, [id](const auto& range) { return range.first <= id && id <= range.second; });
}

void Http2Session::noteEnded(std::int32_t id) { ended_[ended_count_++ % ended_.size()] = id; }

/// RFC 9113 5.1: what comes on a stream that the client has closed is an error; where we closed it, it was on its way.
bool Http2Session::isAfterEnd(std::int32_t id) const {
  return nghttp2_session_find_stream(session_, id) == nullptr && std::ranges::find(ended_, id) != ended_.end();
}

bool Http2Session::onFrameBegin(const Http2FrameWalk::Head& head) {
  const bool content = head.type == NGHTTP2_DATA || head.type == NGHTTP2_HEADERS;
  if (content && isAfterEnd(head.stream)) {
    failure_ = NGHTTP2_STREAM_CLOSED;
    return false;
  }
  switch (head.type) {
    case NGHTTP2_CONTINUATION: return ++continuations_ <= limits_.continuations || drop(Http2Flood::Continuations);
    case NGHTTP2_HEADERS: return onHeadersBegin(head.stream);
    case NGHTTP2_RST_STREAM: return resets_.take(limits_.resets, now_ms_) || drop(Http2Flood::Resets);
    case NGHTTP2_WINDOW_UPDATE: return onWindowUpdate() || drop(Http2Flood::Windows);
    case NGHTTP2_PRIORITY:  // RFC 9113 6.3, RFC 7540 5.3.1; nghttp2 does not look at it
      if (head.stream == 0 || head.depends_on == head.stream) return false;
      break;
    case NGHTTP2_DATA:
      if (head.length > 0 || (head.flags & NGHTTP2_FLAG_END_STREAM) != 0) return true;
      break;
    default: break;
  }
  return controls_.take(limits_.controls, now_ms_) || drop(Http2Flood::Controls);
}

/// Who reads sends one or two for what it has read, so those are earned by what was sent.
bool Http2Session::onWindowUpdate() {
  if (updates_earned_ == 0) return updates_.take(Http2Limits::kUpdates, now_ms_);
  --updates_earned_;
  return true;
}

/// Counted as it comes and not when the reset leaves: there is no other bound to how many wait to be sent.
bool Http2Session::onRefused() {
  ++refused_;
  return resets_.take(limits_.resets, now_ms_) || drop(Http2Flood::Resets);
}

/// A stream that the client made us reset is as cheap for it as one that it resets itself (CVE-2025-8671). Those that
/// we chose to end, and those whose answer is out, cost it what any request costs.
void Http2Session::onResetSent(std::uint32_t error) {
  if (error == NGHTTP2_NO_ERROR || error == NGHTTP2_CANCEL || error == NGHTTP2_REFUSED_STREAM) return;
  if (error == NGHTTP2_PROTOCOL_ERROR) ++malformed_;
  if (resets_.take(limits_.resets, now_ms_) || drop(Http2Flood::Resets)) return;
  nghttp2_session_terminate_session(session_, failure_);
}

int Http2Session::onHeaders(std::int32_t id) {
  Http2Stream* stream = owner_.onStream(id);
  if (stream == nullptr) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
  stream->stream_id = id;
  stream->incoming = std::make_unique<Http2Request>();
  nghttp2_session_set_stream_user_data(session_, id, stream);
  return 0;
}

int Http2Session::onField(std::int32_t id, std::string_view name, std::string_view value) {
  Http2Stream* stream = find(id);
  if (stream == nullptr || !stream->incoming || stream->incoming->fieldsEnded()) return 0;
  stream->incoming->addField(name, value, limits_.headers);
  const bool bomb = stream->incoming->listSize() > Http2Limits::kListSizes * limits_.headers;
  return !bomb || drop(Http2Flood::Headers) ? 0 : NGHTTP2_ERR_CALLBACK_FAILURE;
}

void Http2Session::onFieldsEnd(std::int32_t id, bool end_of_stream) {
  Http2Stream* stream = find(id);
  if (stream == nullptr || !stream->incoming) return;
  stream->incoming->endFields();
  if (end_of_stream) stream->incoming->finish();
  if (end_of_stream || stream->incoming->problem().status != 0) return complete(*stream);
  if (stream->incoming->expectsContinue()) sendContinue(*stream);
}

void Http2Session::onData(std::int32_t id, std::string_view bytes) {
  Http2Stream* stream = find(id);
  if (stream == nullptr || !stream->incoming || stream->incoming->problem().status != 0) return;
  auto& request = *stream->incoming;
  const std::size_t before = request.bodySize();
  if (bodies_ + bytes.size() > Http2Limits::kBodies * limits_.body) {
    request.refuse(503, "body: too many at once on this connection");
  } else {
    request.addBody(bytes, limits_.body);
  }
  bodies_ += request.bodySize() - before;
  if (request.problem().status != 0) complete(*stream);
}

void Http2Session::onEnd(std::int32_t id) {
  Http2Stream* stream = find(id);
  if (stream == nullptr || !stream->incoming || stream->incoming->finished()) return;
  stream->incoming->finish();
  if (stream->incoming->problem().status == 0) complete(*stream);
}

/// From here on its body is its owner's.
void Http2Session::complete(Http2Stream& stream) {
  bodies_ -= std::min(bodies_, stream.incoming->bodySize());
  owner_.onRequest(stream);
}

void Http2Session::onClose(std::int32_t id) {
  Http2Stream* stream = find(id);
  if (stream == nullptr) return;
  nghttp2_session_set_stream_user_data(session_, id, nullptr);
  if (stream->incoming && !stream->incoming->finished() && stream->incoming->problem().status == 0) {
    bodies_ -= std::min(bodies_, stream->incoming->bodySize());
  }
  owner_.onClosed(*stream);
}

/// An answer that is out before its request has come: the rest is not wanted. RFC 9113 8.1.
void Http2Session::onSent(std::int32_t id, bool end_of_stream) {
  updates_earned_ += Http2Limits::kUpdatesEarned;
  const Http2Stream* stream = find(id);
  if (!end_of_stream || stream == nullptr || nghttp2_session_get_stream_remote_close(session_, id) == 1) return;
  nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR);
}

}  // namespace sse::http
