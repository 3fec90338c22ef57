#include "channel/position.h"

#include <array>
#include <charconv>
#include <cstring>

#include "base/tag.h"

namespace sse::channel {
namespace {

std::optional<Identity> parseIdentity(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0 || dash > 20) return std::nullopt;
  if (text[0] == '0' && dash > 1) return std::nullopt;
  Identity identity;
  const auto* const last = text.begin() + dash;
  const auto [end, error] = std::from_chars(text.begin(), last, identity.number);
  if (error != std::errc() || end != last) return std::nullopt;
  const auto tag = base::parseTag(text.substr(dash + 1));
  if (!tag) return std::nullopt;
  identity.origin = *tag;
  return identity;
}

char* writeIdentityBackwards(char* end, const Identity& identity) {
  end -= identity.origin.size();
  std::memcpy(end, identity.origin.data(), identity.origin.size());
  *--end = '-';
  std::uint64_t rest = identity.number;
  do {
    *--end = static_cast<char>('0' + rest % 10);
    rest /= 10;
  } while (rest != 0);
  return end;
}

}  // namespace

std::optional<Position> parsePosition(std::string_view id) {
  const auto tilde = id.find('~');
  const auto identity = parseIdentity(id.substr(0, tilde));
  if (!identity) return std::nullopt;
  if (tilde == std::string_view::npos) return Position{*identity, *identity};
  const auto deliverer = parseIdentity(id.substr(tilde + 1));
  if (!deliverer) return std::nullopt;
  return Position{*identity, *deliverer};
}

std::string identityText(const Identity& identity) {
  std::array<char, kMaxPositionText> buffer{};
  char* end = buffer.data() + buffer.size();
  char* begin = writeIdentityBackwards(end, identity);
  return {begin, end};
}

char* writePositionBackwards(char* end, const Identity& identity, const Identity& deliverer) {
  if (identity.origin != deliverer.origin) {
    end = writeIdentityBackwards(end, deliverer);
    *--end = '~';
  }
  return writeIdentityBackwards(end, identity);
}

}  // namespace sse::channel
