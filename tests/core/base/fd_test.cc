#include "base/fd.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include "base/clock.h"
#include "base/cpus.h"

using sse::base::Fd;

namespace {

int open() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool isOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

}  // namespace

TEST_CASE("a descriptor is closed with its owner, once") {
  const int fd = open();
  {
    Fd owner(fd);
    Fd other = std::move(owner);
    CHECK_FALSE(owner.valid());
    CHECK(other.get() == fd);
    owner = std::move(other);
    CHECK(isOpen(fd));
  }
  CHECK_FALSE(isOpen(fd));
}

TEST_CASE("a descriptor that was given away is not closed, one that is replaced is") {
  const int first = open();
  Fd owner(first);
  const int second = open();
  owner.reset(second);
  CHECK_FALSE(isOpen(first));
  CHECK(owner.release() == second);
  CHECK_FALSE(owner.valid());
  CHECK(isOpen(second));
  owner.reset(second);
  Fd* same = &owner;
  owner = std::move(*same);
  CHECK(isOpen(second));
}

TEST_CASE("there is at least one CPU") { CHECK(sse::base::grantedCpus() >= 1); }

TEST_CASE("the clock counts microseconds and does not step back") {
  const auto before = sse::base::nowMicroseconds();
  CHECK(sse::base::microseconds(std::chrono::steady_clock::time_point(std::chrono::milliseconds(2))) == 2000);
  CHECK(sse::base::nowMicroseconds() >= before);
}
