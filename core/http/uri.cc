#include "http/uri.h"

#include <cstddef>

#include "base/utf8.h"
#include "http/types.h"

namespace sse::http {
namespace {

constexpr std::size_t kMaxName = 256;

Result<std::string> decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error{Code::InvalidArgument, "percent escape: expected % and two hexadecimal digits"};
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return out;
}

}  // namespace

Result<std::string> percentDecode(std::string_view text) { return decode(text, false); }

Result<std::string> queryDecode(std::string_view text) { return decode(text, true); }

Result<void> checkName(std::string_view name) {
  const auto bad = [](std::string_view found) {
    return Error{Code::InvalidArgument,
                 "name: expected 1 to 256 bytes of UTF-8 without control characters, got " + std::string(found)};
  };
  if (name.empty()) return bad("none");
  if (name.size() > kMaxName) return bad(std::to_string(name.size()) + " bytes");
  if (!base::validUtf8(name)) return bad("bytes that are no UTF-8");
  if (base::hasControl(name)) return bad("a control character");
  return {};
}

Result<std::string> decodeName(std::string_view segment) {
  auto name = percentDecode(segment);
  if (!name) return name;
  if (auto checked = checkName(*name); !checked) return std::move(checked).error();
  return name;
}

Result<std::vector<std::string>> params(std::string_view query, std::string_view name) {
  std::vector<std::string> found;
  std::optional<Error> error;
  forEachParam(query, [&](std::string_view raw_name, std::string_view raw_value) {
    auto this_name = queryDecode(raw_name);
    if (this_name && *this_name != name) return;
    auto value = this_name ? queryDecode(raw_value) : std::move(this_name);
    if (value) {
      found.push_back(std::move(value).value());
    } else if (!error) {
      error = std::move(value).error();
    }
  });
  if (error) return *std::move(error);
  return found;
}

Result<std::optional<std::string>> param(std::string_view query, std::string_view name) {
  auto all = params(query, name);
  if (!all) return std::move(all).error();
  if (all->empty()) return std::optional<std::string>();
  return std::optional<std::string>(std::move(all->front()));
}

}  // namespace sse::http
