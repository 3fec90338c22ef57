#pragma once

#include <openssl/ui.h>

namespace sse::test {

/// A terminal in the place of the one on which OpenSSL asks for pass phrases; it gives none. One at a time.
class Terminal {
 public:
  Terminal() : method_(UI_create_method("test")), before_(UI_get_default_method()) {
    asked_ = 0;
    UI_method_set_opener(method_, [](UI* /*ui*/) { return ++asked_, 0; });
    UI_set_default_method(method_);
  }
  ~Terminal() {
    UI_set_default_method(before_);
    UI_destroy_method(method_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  [[nodiscard]] static int asked() { return asked_; }

 private:
  inline static int asked_ = 0;
  UI_METHOD* method_;
  const UI_METHOD* before_;
};

}  // namespace sse::test
