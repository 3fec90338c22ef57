#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sse::conformance {

/// What came of one check.
struct Outcome {
  enum class Verdict { Passed, Failed, Skipped };
  std::string check;                  ///< a sentence that says what was to hold
  Verdict verdict = Verdict::Passed;  ///<
  std::vector<std::string> findings;  ///< where failed: `expected …, found …; what to do`; where skipped: the reason
};

/// One check under way: collects what does not hold. Belongs to the thread that runs the check.
class Check {
 public:
  /// Notes a finding where `holds` is false. Returns `holds`.
  bool expect(bool holds, const std::string& expected, const std::string& found, const std::string& advice);

  /// The same as a whole text, each once.
  void fail(const std::string& finding);

  /// The check does not apply.
  void skip(const std::string& reason);

  [[nodiscard]] bool failed() const { return !findings_.empty(); }
  [[nodiscard]] bool skipped() const { return !skipped_.empty(); }

 private:
  friend class Report;
  std::vector<std::string> findings_;
  std::string skipped_;
};

/// Runs checks and counts them. Owned by whoever wants to know; one thread. Any test framework can stand behind it: it
/// is told of each check and decides itself what a failure is.
class Report {
 public:
  using Told = std::function<void(const Outcome&)>;
  using Begun = std::function<void(std::string_view check)>;

  /// `told` hears each outcome, `begun` each check before it runs, for those who watch over it.
  explicit Report(Told told, Begun begun = nullptr) : told_(std::move(told)), begun_(std::move(begun)) {}

  /// Only checks whose names contain `part` are run from now on; the others count as nothing.
  void only(std::string part) { only_ = std::move(part); }

  /// Runs one check. What it throws is a finding. Returns whether it did not fail.
  bool run(const std::string& check, const std::function<void(Check&)>& body);

  [[nodiscard]] std::size_t passed() const { return passed_; }
  [[nodiscard]] std::size_t failed() const { return failed_; }
  [[nodiscard]] std::size_t skipped() const { return skipped_; }

 private:
  Told told_;
  Begun begun_;
  std::string only_;
  std::size_t passed_ = 0;
  std::size_t failed_ = 0;
  std::size_t skipped_ = 0;
};

/// What `call` throws as text; empty where it returns. [any]
std::string thrownBy(const std::function<void()>& call);

/// `text` in quotes, cut to a length fit for a finding, with everything unprintable as dots. [any]
std::string quoted(std::string_view text);

}  // namespace sse::conformance
