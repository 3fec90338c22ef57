#include "sse/conformance/report.h"

#include <algorithm>
#include <exception>

namespace sse::conformance {
namespace {

constexpr std::size_t kMostFindings = 12;
constexpr std::size_t kLongestQuote = 120;

}  // namespace

bool Check::expect(bool holds, const std::string& expected, const std::string& found, const std::string& advice) {
  if (!holds) fail("expected " + expected + ", found " + found + "; " + advice);
  return holds;
}

void Check::fail(const std::string& finding) {
  const bool known = std::find(findings_.begin(), findings_.end(), finding) != findings_.end();
  if (!known && findings_.size() < kMostFindings) findings_.push_back(finding);
}

void Check::skip(const std::string& reason) { skipped_ = reason; }

bool Report::run(const std::string& check, const std::function<void(Check&)>& body) {
  if (check.find(only_) == std::string::npos) return true;
  if (begun_) begun_(check);
  Check under_way;
  const auto thrown = thrownBy([&] { body(under_way); });
  if (!thrown.empty()) under_way.fail("expected the check to end, found an exception of its own: " + thrown);
  Outcome outcome{check, Outcome::Verdict::Passed, std::move(under_way.findings_)};
  if (!outcome.findings.empty()) {
    outcome.verdict = Outcome::Verdict::Failed;
    ++failed_;
  } else if (under_way.skipped()) {
    outcome.verdict = Outcome::Verdict::Skipped;
    outcome.findings.push_back(under_way.skipped_);
    ++skipped_;
  } else {
    ++passed_;
  }
  if (told_) told_(outcome);
  return outcome.verdict != Outcome::Verdict::Failed;
}

std::string thrownBy(const std::function<void()>& call) {
  try {
    call();
    return {};
  } catch (const std::exception& error) {
    return quoted(error.what());
  } catch (...) {
    return "one that is no std::exception";
  }
}

std::string quoted(std::string_view text) {
  std::string shown(text.substr(0, kLongestQuote));
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e) c = '.';
  }
  return '"' + shown + (text.size() > kLongestQuote ? "…\"" : "\"");
}

}  // namespace sse::conformance
