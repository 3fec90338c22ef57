#include "http/router.h"

#include <algorithm>

#include "base/check.h"
#include "http/uri.h"

namespace sse::http {
namespace {

constexpr int kNone = -1;

std::size_t indexOf(Method method) { return static_cast<std::size_t>(method); }

bool isBraces(std::string_view segment) { return segment.starts_with('{'); }

/// "." or "..", each dot plain or as %2e.
bool isDots(std::string_view segment) {
  std::size_t dots = 0;
  while (!segment.empty()) {
    const bool escaped = sameWithoutCase(segment.substr(0, 3), "%2e");
    if (!escaped && segment.front() != '.') return false;
    segment.remove_prefix(escaped ? 3 : 1);
    ++dots;
  }
  return dots == 1 || dots == 2;
}

Match refused(int status, std::string_view detail) {
  Match match;
  refuse(match.problem, status, detail);
  return match;
}

}  // namespace

Router::Router(std::span<const Route> routes) {
  std::array<int, kMethods> any;
  any.fill(kNone);
  for (const auto& route : routes) {
    auto& id = patternOf(route.pattern).ids[indexOf(route.method)];
    SSE_CHECK(route.id >= 0 && id == kNone && route.method != Method::Other);
    id = any[indexOf(route.method)] = route.id;
  }
  for (auto& pattern : patterns_) {
    auto& ids = pattern.ids;
    if (ids[indexOf(Method::Head)] == kNone) ids[indexOf(Method::Head)] = ids[indexOf(Method::Get)];
    pattern.allow = allowText(ids);
  }
  if (any[indexOf(Method::Head)] == kNone) any[indexOf(Method::Head)] = any[indexOf(Method::Get)];
  allow_any_ = allowText(any);
}

Router::Pattern& Router::patternOf(std::string_view text) {
  const auto found =
      std::find_if(patterns_.begin(), patterns_.end(), [&](const auto& each) { return each.text == text; });
  if (found != patterns_.end()) return *found;
  auto& made = patterns_.emplace_back();
  made.text = text;
  made.ids.fill(kNone);
  SSE_CHECK(split(text, made.segments));
  const auto* first = made.segments.each.data();
  SSE_CHECK(std::count_if(first, first + made.segments.count, isBraces) <= static_cast<int>(Match::kMaxParams));
  return made;
}

std::string Router::allowText(const std::array<int, kMethods>& ids) {
  static constexpr std::pair<Method, std::string_view> kNames[] = {
      {Method::Get, "GET, "}, {Method::Head, "HEAD, "},     {Method::Post, "POST, "},
      {Method::Put, "PUT, "}, {Method::Delete, "DELETE, "}, {Method::Patch, "PATCH, "},
  };
  std::string text;
  for (const auto& [method, name] : kNames) {
    if (ids[indexOf(method)] != kNone) text += name;
  }
  return text + "OPTIONS";
}

Match Router::match(Method method, std::string_view path) const {
  if (path == "*") {
    Match match;
    match.outcome = Match::Outcome::Options;
    match.allow = allow_any_;
    return match;
  }
  Segments segments;
  if (split(path, segments)) {
    for (const auto& pattern : patterns_) {
      if (fits(pattern, segments)) return answer(pattern, method, segments);
    }
  }
  return refused(404, "path: expected one of the routes");
}

Match Router::answer(const Pattern& pattern, Method method, const Segments& path) const {
  const int id = pattern.ids[indexOf(method)];
  if (id == kNone && method != Method::Options) {
    auto match = refused(405, "method: expected one of " + pattern.allow);
    match.allow = pattern.allow;
    return match;
  }
  Match match;
  match.allow = pattern.allow;
  match.id = id;
  match.outcome = id == kNone ? Match::Outcome::Options : Match::Outcome::Found;
  if (id != kNone) takeNames(pattern, path, match);
  return match;
}

/// False for what no route has: no '/' in front, an empty segment, dots, too many segments.
bool Router::split(std::string_view path, Segments& into) {
  if (!path.starts_with('/')) return false;
  if (path.size() == 1) return true;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto segment = path.substr(0, path.find('/'));
    if (segment.empty() || isDots(segment) || into.count == kMaxSegments) return false;
    into.each[into.count++] = segment;
    path.remove_prefix(segment.size());
  }
  return true;
}

bool Router::fits(const Pattern& pattern, const Segments& path) {
  if (pattern.segments.count != path.count) return false;
  for (std::size_t i = 0; i < path.count; ++i) {
    const auto wanted = pattern.segments.each[i];
    if (!isBraces(wanted) && wanted != path.each[i]) return false;
  }
  return true;
}

void Router::takeNames(const Pattern& pattern, const Segments& path, Match& into) {
  for (std::size_t i = 0; i < path.count; ++i) {
    if (!isBraces(pattern.segments.each[i])) continue;
    auto& param = into.params_[into.count_++];
    param.raw = path.each[i];
    param.escaped = param.raw.find('%') != std::string_view::npos;
    auto checked = Result<void>();
    if (param.escaped) {
      if (auto decoded = decodeName(param.raw)) {
        param.decoded = std::move(decoded).value();
      } else {
        checked = std::move(decoded).error();
      }
    } else {
      checked = checkName(param.raw);
    }
    if (checked) continue;
    into.outcome = Match::Outcome::Refused;
    refuse(into.problem, 400, std::string(pattern.segments.each[i]) + " in the path: " + checked.error().text);
    return;
  }
}

}  // namespace sse::http
