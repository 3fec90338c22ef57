#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sse/auth.h"
#include "sse/conformance/questions.h"

namespace sse::conformance {

/// Asks an auth plugin and keeps what it answers, at once or later. Its cells outlive it, as late answers may. [any]
class Answers {
 public:
  /// Asks each question once, in order.
  void ask(Auth& auth, const std::vector<Question>& questions);

  /// How many answers are still to come.
  [[nodiscard]] std::size_t open() const;

  /// The answers, in the order of the questions; Later where none has come.
  [[nodiscard]] std::vector<Decision> decisions() const;

  /// What was wrong with the way they came: thrown, twice, too slow, not asked for.
  [[nodiscard]] std::vector<std::string> faults() const;

 private:
  struct Shared {
    std::mutex mutex;
    std::vector<Decision> decisions;
    std::vector<bool> later;        ///< Later was said, and `check` has returned
    std::vector<std::size_t> came;  ///< calls of `answer`
    std::vector<std::string> faults;
  };

  void askOne(Auth& auth, const Question& question, std::size_t at);
  static void answered(Shared& shared, std::size_t at, Decision decision);

  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

}  // namespace sse::conformance
