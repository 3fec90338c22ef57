#include "net/event_loop.h"

#include <array>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>

using namespace sse;
using namespace std::chrono_literals;
using net::EventLoop;

namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0);
    here.reset(ends[0]);
    there.reset(ends[1]);
  }
  void say(char c = 'x') const { REQUIRE(::send(there.get(), &c, 1, MSG_NOSIGNAL) == 1); }
  void hear() const {
    char c = 0;
    REQUIRE(::recv(here.get(), &c, 1, 0) == 1);
  }
  base::Fd here;
  base::Fd there;
};

/// Calls whatever it was given when it is ready.
struct Told final : net::Pollable {
  std::function<void(std::uint32_t)> call;
  void onReady(std::uint32_t ready) override { call(ready); }
};

/// Does something when it goes.
struct Last {
  explicit Last(std::function<void()> what) : call(std::move(what)) {}
  ~Last() { call(); }
  std::function<void()> call;
};

}  // namespace

TEST_CASE("posted calls run in their order, those posted by them in the next turn") {
  EventLoop loop;
  std::string order;
  int turns = 0;
  loop.atTurnEnd([&] {
    ++turns;
    return false;
  });
  loop.post([&] {
    order += 'a';
    loop.post([&] {
      CHECK(turns == 1);
      order += 'c';
      loop.stop();
    });
  });
  loop.post([&] { order += 'b'; });
  loop.run();
  CHECK(order == "abc");
}

TEST_CASE("what was posted before the stop still runs") {
  EventLoop loop;
  bool ran = false;
  loop.post([&] {
    loop.stop();
    loop.post([&] { ran = true; });
  });
  loop.run();
  CHECK(ran);
}

TEST_CASE("calls posted by other threads all run, each thread's in its order") {
  EventLoop loop;
  constexpr int kEach = 2000;
  std::array<int, 3> last{};
  int left = 3 * kEach;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < last.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 1; i <= kEach; ++i) {
        loop.post([&, t, i] {
          CHECK(last[t] == i - 1);
          last[t] = i;
          if (--left == 0) loop.stop();
        });
      }
    });
  }
  loop.run();
  for (auto& thread : threads) thread.join();
  CHECK(left == 0);
}

TEST_CASE("the loop knows its thread") {
  EventLoop loop;
  CHECK(loop.onThread());
  CHECK_FALSE(loop.inThread());
  loop.post([&] {
    CHECK(loop.inThread());
    std::thread([&] { CHECK_FALSE(loop.onThread()); }).join();
    loop.stop();
  });
  loop.run();
}

TEST_CASE("timers fire in the order of their times, equal ones in the order they were made, none too early") {
  EventLoop loop;
  std::string order;
  const auto begin = Clock::now();
  auto c = loop.after(30ms, [&] {
    order += 'c';
    CHECK(Clock::now() - begin >= 30ms);
    loop.stop();
  });
  auto a = loop.after(0ms, [&] { order += 'a'; });
  auto b = loop.after(0ms, [&] { order += 'b'; });
  loop.run();
  CHECK(order == "abc");
  CHECK(loop.now() >= begin);
}

TEST_CASE("a timer that is cancelled does not fire, also when an earlier one of the same turn cancels it") {
  EventLoop loop;
  bool fired = false;
  Registration second;
  auto first = loop.after(0ms, [&] { second.cancel(); });
  second = loop.after(0ms, [&] { fired = true; });
  auto last = loop.after(20ms, [&] { loop.stop(); });
  {
    const auto dropped = loop.after(0ms, [&] { fired = true; });
  }
  loop.run();
  CHECK_FALSE(fired);
}

TEST_CASE("a timer may cancel itself, and make itself again") {
  EventLoop loop;
  int times = 0;
  Registration timer;
  std::function<void()> again = [&] {
    const std::string kept = "what the call captured lives to its end";
    timer.cancel();
    CHECK_FALSE(timer.active());
    if (++times == 3) return loop.stop();
    timer = loop.after(0ms, again);
  };
  timer = loop.after(0ms, again);
  loop.run();
  CHECK(times == 3);
}

TEST_CASE("a watch tells what its descriptor is ready for") {
  EventLoop loop;
  Pipe pipe;
  std::uint32_t told = 0;
  auto watch = loop.watch(pipe.here.get(), kReadable, [&](std::uint32_t ready) {
    told = ready;
    pipe.hear();
    loop.stop();
  });
  pipe.say();
  loop.run();
  CHECK(told == kReadable);
}

TEST_CASE("a broken descriptor is told as readable and writable") {
  EventLoop loop;
  Pipe pipe;
  pipe.there.reset();
  std::uint32_t told = 0;
  auto watch = loop.watch(pipe.here.get(), kReadable, [&](std::uint32_t ready) {
    told = ready;
    loop.stop();
  });
  loop.run();
  CHECK(told == (kReadable | kWritable));
}

TEST_CASE("a watch that is watched again takes the new interest and call; the old registration ends nothing") {
  EventLoop loop;
  Pipe pipe;
  bool old = false;
  auto first = loop.watch(pipe.here.get(), kReadable, [&](std::uint32_t) { old = true; });
  pipe.say();
  std::uint32_t told = 0;
  auto second = loop.watch(pipe.here.get(), kWritable, [&](std::uint32_t ready) {
    told = ready;
    loop.stop();
  });
  first.cancel();
  loop.run();
  CHECK(told == kWritable);
  CHECK_FALSE(old);
}

TEST_CASE("a watch may end itself and let its descriptor be closed and used again") {
  EventLoop loop;
  auto pipe = std::make_unique<Pipe>();
  Pipe other;
  const int fd = pipe->here.get();
  int calls = 0;
  Registration watch;
  watch = loop.watch(fd, kReadable, [&](std::uint32_t) {
    ++calls;
    watch.cancel();
    pipe.reset();
    other.here.reset(::dup3(other.here.get(), fd, O_CLOEXEC));
    watch = loop.watch(fd, kReadable, [&](std::uint32_t) {
      ++calls;
      loop.stop();
    });
    other.say();
  });
  pipe->say();
  loop.run();
  CHECK(calls == 2);
  watch.cancel();
}

TEST_CASE("a descriptor removed within a batch is not told of in that batch") {
  EventLoop loop;
  std::array<Pipe, 2> pipes;
  std::array<Told, 2> told;
  int calls = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(loop.add(pipes[i].here.get(), EPOLLIN, &told[i]));
    told[i].call = [&, i](std::uint32_t) {
      ++calls;
      loop.remove(pipes[1 - i].here.get());
      loop.stop();
    };
    pipes[i].say();
  }
  loop.run();
  CHECK(calls == 1);
}

TEST_CASE("a descriptor can be handed to another object without asking the kernel") {
  EventLoop loop;
  Pipe pipe;
  Told first;
  Told second;
  first.call = [](std::uint32_t) { FAIL("told the former owner"); };
  second.call = [&](std::uint32_t) { loop.stop(); };
  REQUIRE(loop.add(pipe.here.get(), EPOLLIN, &first));
  loop.retarget(pipe.here.get(), &second);
  pipe.say();
  loop.run();
}

TEST_CASE("the kernel's refusal to watch is told") {
  EventLoop loop;
  CHECK_FALSE(loop.add(-1, EPOLLIN, nullptr));
}

TEST_CASE("what is buried lives to the end of the turn") {
  EventLoop loop;
  std::string order;
  auto grave = std::make_shared<Last>([&] { order += "gone "; });
  loop.atTurnEnd([&] {
    order += "hook ";
    return false;
  });
  loop.post([&] {
    loop.bury(std::exchange(grave, nullptr));
    order += "buried ";
    loop.stop();
  });
  loop.run();
  CHECK(order == "buried hook gone ");
}

TEST_CASE("what is buried may take others into the grave") {
  EventLoop loop;
  int gone = 0;
  std::function<void(int)> chain = [&](int left) {
    loop.bury(std::make_shared<Last>([&, left] {
      ++gone;
      if (left > 0) chain(left - 1);
    }));
  };
  loop.post([&] {
    for (int i = 0; i < 3; ++i) chain(5);
    loop.stop();
  });
  loop.run();
  CHECK(gone == 18);
}

TEST_CASE("a hook with more to do keeps the loop from sleeping") {
  EventLoop loop;
  int turns = 0;
  loop.atTurnEnd([&] {
    if (++turns == 100) loop.stop();
    return true;
  });
  loop.wake();
  loop.run();
  CHECK(turns == 100);
}

TEST_CASE("a loop that is woken before it runs does not sleep, and many wakes are one") {
  EventLoop loop;
  int turns = 0;
  loop.atTurnEnd([&] {
    ++turns;
    loop.stop();
    return false;
  });
  for (int i = 0; i < 1000; ++i) loop.wake();
  loop.run();
  CHECK(turns == 1);
}
