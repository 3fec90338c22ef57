#include <atomic>
#include <doctest/doctest.h>
#include <thread>

#include "core/channel/book.h"

using namespace sse;
using test::Book;

namespace {

std::vector<std::string> names(const Book& book, std::string_view after, std::size_t max) {
  std::vector<std::string> out;
  for (const auto& listed : book.journal.list(after, max)) out.push_back(listed.name);
  return out;
}

std::string name(std::size_t i) {
  auto digits = std::to_string(i);
  return "c" + std::string(6 - digits.size(), '0') + digits;
}

}  // namespace

TEST_CASE("channels are listed in the order of their names, page by page") {
  Book book;
  for (std::size_t i = 5000; i > 0; --i) book.publish(name(i));
  CHECK(names(book, "", 3) == std::vector<std::string>{name(1), name(2), name(3)});
  CHECK(names(book, name(4998), 3) == std::vector<std::string>{name(4999), name(5000)});
  CHECK(names(book, name(5000), 3).empty());
  CHECK(names(book, "", 6000).size() == 5000);
}

TEST_CASE("a page is whole while others publish to new channels") {
  Book book;
  for (std::size_t i = 1; i <= 3000; ++i) book.publish(name(i));
  std::atomic<bool> over{false};
  std::thread publisher([&] {
    for (std::size_t i = 0; i < 40'000; ++i) book.publish("z" + std::to_string(i));
    over = true;
  });
  std::vector<std::string> expected;
  for (std::size_t i = 101; i <= 200; ++i) expected.push_back(name(i));
  do {
    CHECK(names(book, name(100), 100) == expected);
  } while (!over);
  publisher.join();
}
