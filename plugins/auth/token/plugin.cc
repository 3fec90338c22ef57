#include <array>

#include "auth/token/token.h"
#include "sse/descriptor.h"

namespace {

constexpr std::array kOptions = {
    sse::Option{.key = "token.file",
                .type = sse::OptionType::String,
                .default_text = nullptr,
                .help = "JSON file of keys, each with the hash of its token; lines for it: sse-cluster token new",
                .reload = true},
};

}  // namespace

SSE_DEFINE_PLUGIN(sse::token::Token, sse::Kind::Auth, "token", "0.1.0", "takes API keys from a file of hashes",
                  kOptions);
