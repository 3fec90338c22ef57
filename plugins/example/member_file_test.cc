#include "member_file.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %s\n", what);
  std::exit(1);
}

bool refused(const char* text, std::string_view part) {
  const auto members = file::parseMembers(text);
  return !members && members.error().text.find(part) != std::string::npos;
}

}  // namespace

int main() {
  const auto members = file::parseMembers(R"({"peers": ["10.0.0.1:8080", "[::1]:81"]})");
  check(members.ok() && members->size() == 2, "two peers are two members");
  check((*members)[0].address == "10.0.0.1" && (*members)[0].http_port == 8080, "address and port are taken apart");
  check((*members)[1].address == "::1" && (*members)[1].http_port == 81, "an IPv6 address loses its brackets");

  check(refused("{", "got no JSON"), "what is no JSON is refused");
  check(refused("[]", "got another shape"), "another shape is refused");
  for (const char* peer : {"a", ":80", "a:", "a:0", "a:65536", "a:8x"}) {
    const auto text = std::string(R"({"peers": ["b:1", ")") + peer + "\"]}";
    check(refused(text.c_str(), "peers[1]: expected host:port"), peer);
  }
  check(file::readMembers("/nowhere/peers.json").error().text.find("/nowhere/peers.json: ") == 0,
        "a missing file is named");
}
