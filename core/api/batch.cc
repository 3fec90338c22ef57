#include <unordered_set>

#include "api/api.h"
#include "api/http_status.h"
#include "http/media_type.h"
#include "http/uri.h"

namespace sse::api {
namespace {

using Verdict = Decision::Verdict;

/// Questions of one batch that plugins take their time for.
constexpr std::size_t kMostAsked = 64;

using Lines = std::vector<Result<BatchLine>>;

Result<BatchLine> readLine(std::string_view text) {
  auto event = parsePublish(http::MediaType::Json, text);
  if (!event) return event.error();
  if (const auto named = http::checkName(event->channel); !named) {
    return Error{named.error().code, "channel: " + named.error().text};
  }
  return BatchLine{std::move(*event), text};
}

Lines readLines(std::string_view body) {
  Lines lines;
  while (!body.empty()) {
    const auto end = body.find('\n');
    const auto text = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    if (text.find_first_not_of(" \t\r") != std::string_view::npos) lines.push_back(readLine(text));
  }
  return lines;
}

/// Each once, in the order of the lines.
std::vector<std::string_view> distinctChannels(const Lines& lines) {
  std::vector<std::string_view> channels;
  std::unordered_set<std::string_view> seen;
  for (const auto& line : lines) {
    if (line && seen.insert(line->event.channel).second) channels.push_back(line->event.channel);
  }
  return channels;
}

Error errorOf(const Decision& decision) {
  const auto code = decision.verdict == Verdict::Deny           ? Code::PermissionDenied
                    : decision.verdict == Verdict::Unauthorized ? Code::Unauthenticated
                                                                : Code::Unavailable;
  return {code, decision.reason};
}

/// What the whole batch is refused with; nullptr where a line may be published.
const Decision* refusalOf(const Verdicts& verdicts) {
  const Decision* refusal = nullptr;
  for (const auto& [channel, decision] : verdicts) {
    if (decision.verdict == Verdict::Allow) return nullptr;
    if (refusal == nullptr || decision.verdict == Verdict::Unavailable) refusal = &decision;
  }
  return refusal;
}

/// Turns lines to channels that are not allowed into errors; whose the others are.
const Decision* divide(Lines& lines, const Verdicts& verdicts) {
  const Decision* publisher = nullptr;
  for (auto& line : lines) {
    if (!line) continue;
    const auto& decision = verdicts.find(line->event.channel)->second;
    if (decision.verdict == Verdict::Allow) {
      publisher = &decision;
    } else {
      line = errorOf(decision);
    }
  }
  return publisher;
}

/// Answers that come one by one. [loop]
struct Gathering {
  std::shared_ptr<Verdicts> verdicts = std::make_shared<Verdicts>();
  std::size_t open = 0;
  std::function<void(const std::function<void(Learned&)>& add)> done;

  void take(const std::string& channel, const Decision& decision) {
    (*verdicts)[channel] = decision;
    if (--open == 0) done([this](Learned& learned) { learned.verdicts = verdicts; });
  }
};

}  // namespace

std::shared_ptr<const Verdicts> Api::verdictsOn(Request& request, std::span<const std::string_view> channels) {
  if (request.learned.verdicts) return request.learned.verdicts;
  const auto credentials = credentialsOf(request.head, node_.auth_cookie);
  const auto gathering = std::make_shared<Gathering>();
  for (const auto channel : channels) {
    auto& decision = (*gathering->verdicts)[std::string(channel)];
    if (gathering->open == kMostAsked) {
      decision.verdict = Verdict::Unavailable;
      decision.reason = "channel: too many to be decided on at once; send the line again in a smaller batch";
      continue;
    }
    decision = ask(request, *credentials, Action::Publish, {&channel, 1}, "",
                   [gathering, name = std::string(channel)](const Decision& answer) { gathering->take(name, answer); });
    if (decision.verdict == Verdict::Later) ++gathering->open;
  }
  if (gathering->open == 0) return gathering->verdicts;
  later(request, [&](Done done) { gathering->done = std::move(done); });
  return nullptr;
}

/// One event per line. A bad line, or one to a channel that is not allowed, fails alone; the others are published.
void Api::publishBatch(Request& request) {
  if (!acceptable(request)) return;
  auto& connection = request.connection;
  if (http::mediaType(request.head.header("Content-Type")) != http::MediaType::Ndjson) {
    return connection.problem(415, "content-type: expected application/x-ndjson, one event per line with its channel");
  }
  auto lines = readLines(request.body);
  auto channels = distinctChannels(lines);
  if (channels.empty()) channels.emplace_back("*");
  const auto who = decide(request, Action::Publish, channels, "");
  if (!who) return;
  if (who->verdict == Verdict::Allow) return publishLines(request, lines, *who);
  if (who->verdict != Verdict::Deny || channels.size() == 1) return refuse(request, Action::Publish, *who);
  request.learned.decision = who;
  const auto verdicts = verdictsOn(request, channels);
  if (!verdicts) return;
  if (const auto* refusal = refusalOf(*verdicts)) return refuse(request, Action::Publish, *refusal);
  publishLines(request, lines, *divide(lines, *verdicts));
}

void Api::publishLines(Request& request, const Lines& lines, const Decision& who) {
  if (!underRate(request, who, lines.size())) return;
  auto batch = std::make_shared<BatchReply>();
  batch->lines.resize(lines.size());
  for (const auto& line : lines) batch->open += line ? 1 : 0;
  const bool nothing = batch->open == 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i]) {
      batch->lines[i] = {"", httpStatus(lines[i].error().code), lines[i].error().text};
      continue;
    }
    const auto& [event, text] = *lines[i];
    const std::string key = idempotencyOf(request, who, event.channel, std::to_string(i), text);
    publisher_.add(makeEntry(event, EventKind::Channel, event.channel, "", key), request.connection, batch, i);
  }
  if (nothing) Publisher::answerBatch(request.connection, *batch);
}

}  // namespace sse::api
