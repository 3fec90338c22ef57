#include <array>
#include <cstdio>
#include <doctest/doctest.h>
#include <string>
#include <string_view>
#include <sys/wait.h>

#include "sse/conformance/process.h"

namespace {

const std::string kTool = SSE_BINARY_DIR "/bin/sse-plugin-check";
const std::string kZoo = SSE_BINARY_DIR "/zoo/";

/// What the tool said of a plugin.
struct Verdict {
  int status = -1;
  std::string text;
  [[nodiscard]] bool says(std::string_view part) const { return text.find(part) != std::string::npos; }
};

Verdict runTool(const std::string& arguments) {
  Verdict verdict;
  FILE* const output = ::popen((kTool + " " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(output != nullptr);
  std::array<char, 4096> bytes;
  while (const auto size = std::fread(bytes.data(), 1, bytes.size(), output)) verdict.text.append(bytes.data(), size);
  verdict.status = ::pclose(output);
  if (WIFEXITED(verdict.status)) verdict.status = WEXITSTATUS(verdict.status);
  return verdict;
}

/// A broken plugin must fail this check with this finding.
void expectFailure(const std::string& animal, std::string_view check, std::string_view finding,
                   const std::string& options = {}) {
  CAPTURE(animal);
  const auto verdict = runTool(kZoo + animal + ".so " + options);
  CAPTURE(verdict.text);
  CHECK(verdict.status == 1);
  CHECK(verdict.says("FAIL  " + std::string(check)));
  CHECK(verdict.says(finding));
  CHECK(verdict.says(" failed\n"));
}

/// The same of one that loads well, running the checks with this text in their names only.
void expectFound(const std::string& animal, std::string_view check, std::string_view finding) {
  expectFailure("loaded/" + animal, check, finding, "--only \"" + std::string(check) + '"');
}

}  // namespace

TEST_CASE("a tame plugin passes") {
  const auto verdict = runTool(kZoo + "auth-tame.so");
  CAPTURE(verdict.text);
  CHECK(verdict.status == 0);
  CHECK(verdict.says(" passed, 0 failed\n"));
  CHECK(verdict.says("ok    auth: check may be called from many threads at once\n"));
}

TEST_CASE("a wrong command line is told apart from a bad plugin") {
  for (const auto* arguments : {"", "--nothing x.so", "a.so b.so", "a.so --set novalue", "a.so --patience soon"}) {
    const auto verdict = runTool(arguments);
    CHECK(verdict.status == 2);
    CHECK(verdict.says("usage: sse-plugin-check PLUGIN.so"));
  }
}

TEST_CASE("libraries that cannot be used fail by their descriptor") {
  expectFailure("auth-text", "library: ", "expected a library that can be opened, found: ");
  expectFailure("auth-no-symbol", "library: ", "expected the exported symbol sse_plugin, found none");
  expectFailure("auth-wrong-abi", "descriptor: is made", "expected ABI version 1, found 99; rebuild the plugin");
  expectFailure("auth-wrong-size", "descriptor: is made", " bytes, found 8; rebuild the plugin");
  expectFailure("auth-wrong-build", "descriptor: is made", "found \"sdk0-rustc\"; rebuild the plugin");
  expectFailure("auth-empty", "descriptor: names", "expected a create function, found nothing; fill it in");
  expectFailure("auth-copy", "descriptor: names", "expected the file auth-tame.so, found auth-copy.so");
}

TEST_CASE("an option table is looked at row by row") {
  expectFailure("auth-bad-options", "descriptor: the option table", "option \"Bad Key\": lower case letters");
  const std::string table = "descriptor: the option table";
  expectFound("auth-foreign-key", table, "option \"other.path\": a key that begins with foreign-key., found another");
  expectFound("auth-foreign-key", table, "option \"foreign-key.password\": .secret = true where the key says so");
  expectFound("auth-foreign-key", table, "option \"foreign-key.time\": default: expected a duration like");
}

TEST_CASE("what is thrown is found, wherever it is") {
  const std::string growl = ", found \"growl\"; catch it inside the plugin";
  expectFailure("auth-throws-create", "life: instances are made", "expected no exception from create" + growl);
  expectFailure("auth-throws-configure", "settings: the given", "expected no exception from configure" + growl);
  expectFailure("auth-throws-start", "life: it starts", "expected no exception from start, found one that is no std");
  expectFailure("auth-throws-stop", "life: it starts", "expected no exception from stop" + growl);
  expectFailure("auth-throws-timer", "life: it starts", "expected no exception from a timer's callback" + growl);
  expectFailure("auth-throws-handler", "life: it starts", "a message's handler or done-work" + growl);
  expectFailure("auth-throws-work", "life: it starts", "expected no exception from offloaded work" + growl);
  expectFailure("auth-expects-work", "life: a host without room", "a message's handler or done-work" + growl);
}

TEST_CASE("an instance that is none is found") {
  expectFailure("auth-null-create", "life: instances are made", "expected an instance from create, found nullptr");
  expectFailure("auth-wrong-type", "life: instances are made", "expected an instance of the interface for kind auth");
}

TEST_CASE("a plugin that hangs or crashes ends the tool with the check's name") {
  expectFailure("auth-hangs-stop", "settings: a reload", "expected the plugin to return, found a call that hangs",
                "--patience 300ms --only reload");
  if (sse::conformance::kSanitized) return;  // which tells of the crash in its own words
  expectFound("auth-crashes", "auth: the same question", "expected no crash, found signal 6");
}

TEST_CASE("what is left behind is found") {
  const std::string after_stop = "life: nothing is left and nothing runs after stop";
  expectFound("auth-leaves-timer", after_stop, "expected no timers left after stop, found 1; cancel");
  expectFound("auth-leaves-subscription", after_stop, "expected no subscriptions left after stop, found 1; cancel");
  expectFound("auth-works-on", after_stop, "expected nothing to run after stop, found ");
  const std::string process = "life: no threads and no descriptors are left behind";
  expectFound("auth-leaves-thread", process, "expected no thread left after stop and destroy, found 3 after");
  expectFound("auth-leaks-descriptor", process, "expected no descriptor left after stop and destroy, found 3 after");
  if (sse::conformance::kSanitized) return;  // whose own search for leaks finds it
  expectFound("auth-leaks-memory", "life: instances are made", "expected destroy to free what create made, found ");
}

TEST_CASE("manners are looked at") {
  expectFound("auth-blocks", "life: it starts", "expected a timer's callback to return within ");
  expectFound("auth-stops-once", "life: stop without start", "from stop, found \"stopped already\"");
  const std::string names = "names: metrics and log lines";
  expectFound("auth-bad-names", names, "expected metrics named sse_<plugin>_<what>_<unit|total>, found \"requests\"");
  expectFound("auth-bad-names", names, "expected log ids of lower case letters, digits and dashes, found \"Bad Id\"");
  expectFound("auth-bad-names", names, "expected all metrics to be there soon after start, found new ones");
  expectFound("auth-vague-error", "settings: the defaults", "or refused with the key's name, found \"it is missing\"");
}

TEST_CASE("an auth plugin that answers badly is found") {
  const std::string answered = "auth: each question is answered";
  expectFound("auth-answers-twice", answered, "expected answer to be called exactly once, found a second call");
  expectFound("auth-never-answers", answered, "expected each Later to be answered within 5 s, found 3 without");
  expectFound("auth-slow-check", answered, "expected check to return within ");
  const std::string garbage = "auth: credentials that are garbage";
  expectFound("auth-allows-garbage", garbage, "expected garbage never to be allowed, found Allow for ");
  expectFound("auth-throws-check", garbage, "expected no exception from check, found \"growl\"; refuse what");
  expectFound("auth-changes-mind", "auth: the same question", "expected the same answer to the same question, found ");
}

#if defined(__SANITIZE_THREAD__)
TEST_CASE("ThreadSanitizer sees a check that is not safe for threads") {
  const auto verdict = runTool(kZoo + "loaded/auth-races.so --only threads");
  CAPTURE(verdict.text);
  CHECK(verdict.status != 0);
  CHECK(verdict.says("WARNING: ThreadSanitizer: data race"));
}
#endif

TEST_CASE("a discovery plugin that tells nonsense is found") {
  const std::string first = "discovery: members are published";
  expectFound("discovery-silent", first, "found none; the plugin says it is not ready: \"still looking\"");
  expectFound("discovery-bad-member", first, "expected messages with source \"bad-member\", found \"somebody\"");
  expectFound("discovery-bad-member", first, "expected members with a port, found \"[::1]:0\"");
  expectFound("discovery-bad-member", first, "a numeric address without brackets, found \"[::1]:0\"");
  expectFound("discovery-repeats", "discovery: a list that has not changed", "found the same list of 1 members again");
  expectFound("discovery-tells-on", "discovery: nothing is published", "expected no MembershipChanged after stop");
}

TEST_CASE("a transport that spoils events is found") {
  const std::string events = "transport: events of all kinds";
  expectFound("transport-silent", events, "expected a LinkChanged with `filled` for each peer, found none, none");
  expectFound("transport-loses", events, "found number 4 instead of 3 at event 3");
  expectFound("transport-repeats", events, "expected each event once, found ");
  expectFound("transport-garbles", events, "found publisher's id \"\" instead of \"order-17\" at event 2");
}

TEST_CASE("a transport that fails where peers do is found") {
  expectFound("transport-hides-hole", "transport: what is no longer kept", "the newest event that is lost, found none");
  expectFound("transport-acknowledges-early", "transport: only what every peer has",
              "expected no acknowledgement while");
  expectFound("transport-waits-for-strangers", "transport: strangers' bytes",
              "expected connections that never greet to be closed within 10 minutes, found ");
  if (sse::conformance::kSanitized) return;  // in which memory is not measured
  expectFound("transport-queues", "transport: a peer that stands still", "expected memory that does not grow");
}

TEST_CASE("what does not apply to a transport is skipped with the reason") {
  const auto verdict = runTool(kZoo + "loaded/transport-elsewhere.so");
  CAPTURE(verdict.text);
  CHECK(verdict.status == 0);
  CHECK(verdict.says("skip  transport: strangers' bytes are survived: upgrades() names no protocol"));
  CHECK(verdict.says("guarantees() says ordered, durable"));
}
