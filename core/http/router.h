#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/types.h"

namespace sse::http {

/// One row of the table of routes.
struct Route {
  Method method;
  const char* pattern;  ///< "/channel/{channel}/client/{client}": braces take one segment, a name; outlives the router
  int id;               ///< what Match::id says, not negative
};

/// What Router found. Good for as long as the path that was matched; may be copied.
class Match {
 public:
  static constexpr std::size_t kMaxParams = 2;

  enum class Outcome : std::uint8_t {
    Found,    ///< `id` and `param` are set
    Options,  ///< answer 204 with `allow`
    Refused,  ///< `problem` says what to answer, with `allow` when it is 405
  };

  Outcome outcome = Outcome::Refused;
  int id = -1;             ///< of the route; for HEAD that of GET
  std::string_view allow;  ///< value for the Allow header; lives as long as the router
  Problem problem;

  [[nodiscard]] std::size_t paramCount() const { return count_; }
  /// The decoded name in place of the pattern's i-th braces; only where i < paramCount().
  [[nodiscard]] std::string_view param(std::size_t i) const {
    return params_[i].escaped ? std::string_view(params_[i].decoded) : params_[i].raw;
  }

 private:
  friend class Router;
  struct Param {
    std::string_view raw;
    std::string decoded;
    bool escaped = false;
  };
  std::array<Param, kMaxParams> params_;
  std::size_t count_ = 0;
};

/// Finds the route of a path. Made once from a table, then constant: any thread may ask. Segments are compared as they
/// were sent and decoded afterwards, so "a%2Fb" is one name. Of patterns that fit the same path the first row's counts.
class Router {
 public:
  /// Aborts on a table that cannot be meant: a pattern without leading '/', too many braces, one route twice.
  explicit Router(std::span<const Route> routes);

  /// Refused: 404 for what no pattern fits and for unclean paths (empty segments, a slash at the end, "." and ".." also
  /// when escaped), 405 for another method, 400 for a name that checkName refuses. HEAD is where GET is; OPTIONS is
  /// everywhere, "*" included. Allocates only for names with escapes in them and for refusals.
  [[nodiscard]] Match match(Method method, std::string_view path) const;

 private:
  static constexpr std::size_t kMaxSegments = 6;
  struct Segments {
    std::array<std::string_view, kMaxSegments> each;
    std::size_t count = 0;
  };
  struct Pattern {
    std::string_view text;
    Segments segments;  // of `text`, braces as they stand
    std::array<int, kMethods> ids;
    std::string allow;
  };

  static bool split(std::string_view path, Segments& into);
  static bool fits(const Pattern& pattern, const Segments& path);
  static void takeNames(const Pattern& pattern, const Segments& path, Match& into);
  static std::string allowText(const std::array<int, kMethods>& ids);
  Pattern& patternOf(std::string_view text);
  Match answer(const Pattern& pattern, Method method, const Segments& path) const;

  std::vector<Pattern> patterns_;
  std::string allow_any_;
};

}  // namespace sse::http
