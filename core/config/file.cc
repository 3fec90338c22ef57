#include "config/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

namespace sse::config {
namespace {

using nlohmann::json;

constexpr std::size_t kLargestFile = 1 << 20;
constexpr std::size_t kDeepest = 32;

/// Reads a text and counts the lines passed, as nlohmann's SAX events carry no position.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(std::string_view::const_iterator at, std::size_t* line) : at_(at), line_(line) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    if (*at_ == '\n') ++*line_;
    ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    auto old = *this;
    ++*this;
    return old;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  std::string_view::const_iterator at_;
  std::size_t* line_;
};

/// What is left of an exception's text without its number, its position (we tell a better one) and the token read last
/// (it may be a secret).
std::string plainReason(std::string text) {
  text.erase(0, text.find("] ") == std::string::npos ? 0 : text.find("] ") + 2);
  if (text.starts_with("parse error at line")) text.erase(0, std::min(text.find(": ") + 2, text.size()));
  const auto last = text.find("; last read: ");
  if (last != std::string::npos) text.erase(last, std::min(text.rfind("; expected "), text.size()) - last);
  if (text.starts_with("number overflow")) text = "number overflow";
  return text;
}

/// Takes nlohmann's SAX events and keeps the values. Lives for one parse.
class Collector {
 public:
  Collector(std::string_view text, const std::size_t& line, const std::function<bool(const std::string&)>& is_value)
      : text_(text), line_(line), is_value_(is_value) {}

  // NOLINTBEGIN(readability-identifier-naming): nlohmann's names
  bool null() { return value(nullptr); }
  bool boolean(bool given) { return value(given); }
  bool number_integer(std::int64_t given) { return value(given); }
  bool number_unsigned(std::uint64_t given) { return value(given); }
  bool number_float(double given, const std::string& /*raw*/) { return value(given); }
  bool string(const std::string& given) { return value(given); }
  bool binary(const json::binary_t& /*given*/) { return true; }

  bool key(const std::string& name) {
    if (skipped_ > 0) return true;
    path_.resize(groups_.back().prefix);
    if (groups_.size() > 1) path_ += '.';
    path_ += name;
    key_line_ = line_;
    groups_.back().empty = false;
    return true;
  }

  bool start_object(std::size_t /*size*/) {
    if (skipped_ > 0) return skip();
    if (in_array_) return value(json::object()) && skip();
    if (!groups_.empty() && is_value_(path_)) return value(json::object()) && skip();
    if (groups_.size() == kDeepest) return fail(line_, "expected at most 32 objects in one another");
    groups_.push_back({path_.size(), key_line_, true});
    return true;
  }

  bool end_object() {
    if (skipped_ > 0) return unskip();
    const auto group = groups_.back();
    groups_.pop_back();
    path_.resize(group.prefix);
    if (group.empty && !groups_.empty()) content_.entries.push_back({path_, group.line, json::object()});
    return true;
  }

  bool start_array(std::size_t /*size*/) {
    if (skipped_ > 0) return skip();
    if (in_array_) return value(json::array()) && skip();
    in_array_ = true;
    array_ = json::array();
    return true;
  }

  bool end_array() {
    if (skipped_ > 0) return unskip();
    in_array_ = false;
    return value(array_);
  }

  bool parse_error(std::size_t position, const std::string& /*token*/, const json::exception& error) {
    const auto before = text_.substr(0, std::min(position == 0 ? 0 : position - 1, text_.size()));
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = before.size() - (before.rfind('\n') + 1) + 1;
    content_.error = ":" + std::to_string(line) + ":" + std::to_string(column) + ": not JSON: ";
    content_.error += plainReason(error.what());
    return false;
  }
  // NOLINTEND(readability-identifier-naming)

  FileContent take() { return std::move(content_); }

 private:
  /// An object whose members are values of their own.
  struct Group {
    std::size_t prefix;  ///< length of its path
    std::size_t line;
    bool empty;
  };

  bool value(json given) {
    if (skipped_ > 0) return true;
    if (in_array_) {
      array_.push_back(std::move(given));
      return true;
    }
    if (groups_.empty()) return fail(1, "expected an object, got " + std::string(given.type_name()));
    content_.entries.push_back({path_, key_line_, std::move(given)});
    return true;
  }

  bool fail(std::size_t line, const std::string& reason) {
    content_.error = ":" + std::to_string(line) + ": " + reason;
    return false;
  }

  bool skip() { return ++skipped_, true; }
  bool unskip() { return --skipped_, true; }

  std::string_view text_;
  const std::size_t& line_;
  const std::function<bool(const std::string&)>& is_value_;
  FileContent content_;
  std::vector<Group> groups_;
  std::string path_;
  std::size_t key_line_ = 1;
  std::size_t skipped_ = 0;  ///< open objects and arrays whose content is of no interest
  bool in_array_ = false;
  json array_;
};

}  // namespace

FileContent parseFile(std::string_view text, const std::function<bool(const std::string& path)>& is_value) {
  std::size_t line = 1;
  Collector collector(text, line, is_value);
  const CountingIterator begin(text.begin(), &line);
  const CountingIterator end(text.end(), &line);
  json::sax_parse(begin, end, &collector);
  return collector.take();
}

Result<std::string> readFile(const std::string& name) {
  const auto failed = [] { return Error{Code::NotFound, "cannot be read: " + std::string(std::strerror(errno))}; };
  errno = 0;
  std::ifstream file(name, std::ios::binary);
  if (!file) return failed();
  std::string bytes(kLargestFile + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) return failed();
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kLargestFile) return Error{Code::TooLarge, "expected a file of at most 1MiB, got a larger one"};
  return bytes;
}

}  // namespace sse::config
