#include "observe/log_sink.h"

#include <Poco/Formatter.h>
#include <Poco/FormattingChannel.h>
#include <Poco/Message.h>
#include <Poco/StreamChannel.h>
#include <ostream>
#include <utility>

#include "observe/log_message.h"

namespace sse::observe {
namespace {

class LineFormatter final : public Poco::Formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const Poco::Message& message, std::string& line) override {
    line = formatLine(format_, recordOf(message));
  }

 private:
  const LogFormat format_;
};

class SinkLogger final : public Logger {
 public:
  SinkLogger(std::string component, Poco::Channel& channel, const std::atomic<Level>& level)
      : component_(std::move(component)), channel_(channel), level_(level) {}

  void write(Level level, std::string_view id, std::string_view text, std::initializer_list<LogField> fields) override {
    if (!enabled(level)) return;
    channel_.log(makeMessage(component_, level, id, text, fields));
  }

  [[nodiscard]] bool enabled(Level level) const override { return level >= level_.load(std::memory_order_relaxed); }

 private:
  const std::string component_;
  Poco::Channel& channel_;
  const std::atomic<Level>& level_;
};

}  // namespace

LogSink::LogSink(std::ostream& out, LogFormat format, Level level, Metrics& metrics, std::size_t capacity)
    : level_(level) {
  const Poco::AutoPtr<Poco::Formatter> formatter(new LineFormatter(format));
  const Poco::AutoPtr<Poco::Channel> stream(new Poco::StreamChannel(out));
  const Poco::AutoPtr<Poco::Channel> formatting(new Poco::FormattingChannel(formatter, stream));
  channel_ = new BoundedChannel(formatting, capacity, metrics);
}

LogSink::~LogSink() { channel_->close(); }

std::unique_ptr<Logger> LogSink::logger(std::string component) {
  return std::make_unique<SinkLogger>(std::move(component), *channel_, level_);
}

}  // namespace sse::observe
