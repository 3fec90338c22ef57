#include "discovery/gossip/seal.h"

#include <cstdlib>
#include <memory>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <optional>

namespace sse::gossip {

namespace {

constexpr std::size_t kBlock = 16;

using Context = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* in(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* out(char* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

bool isKeySize(std::size_t size) { return size == 16 || size == 24 || size == 32; }

const EVP_CIPHER* cipherOf(const std::string& key) {
  if (key.size() == 16) return EVP_aes_128_gcm();
  return key.size() == 24 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
}

/// AES-GCM of `text` in place; false where OpenSSL refuses. `tag` is written when encrypting, checked otherwise.
bool crypt(bool encrypt, const std::string& key, std::string_view nonce, std::string_view authenticated,
           std::string& text, char* tag) {
  const Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int size = 0;
  auto* ctx = context.get();
  if (ctx == nullptr || EVP_CipherInit_ex(ctx, cipherOf(key), nullptr, in(key), in(nonce), encrypt ? 1 : 0) != 1)
    return false;
  if (!authenticated.empty() &&
      EVP_CipherUpdate(ctx, nullptr, &size, in(authenticated), static_cast<int>(authenticated.size())) != 1)
    return false;
  if (!text.empty() && EVP_CipherUpdate(ctx, out(text.data()), &size, in(text), static_cast<int>(text.size())) != 1)
    return false;
  if (!encrypt && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_SET_TAG, kTagSize, tag) != 1) return false;
  char rest[kBlock];
  if (EVP_CipherFinal_ex(ctx, out(rest), &size) != 1) return false;
  return !encrypt || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, kTagSize, tag) == 1;
}

std::optional<unsigned> sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return std::nullopt;
}

/// The bytes of base64 with padding; nothing where it is not that.
std::optional<std::string> fromBase64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string bytes;
  unsigned bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const auto six = sextet(c);
    if (!six) return std::nullopt;
    bits = bits << 6U | *six;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xffU);
  }
  return bytes;
}

std::optional<std::string> keyOf(std::string_view text) {
  if (text.starts_with("raw:")) return std::string(text.substr(4));
  if (text.starts_with("base64:")) return fromBase64(text.substr(7));
  if (text.ends_with('=')) {
    auto bytes = fromBase64(text);
    if (bytes && isKeySize(bytes->size())) return bytes;
  }
  return std::string(text);
}

void pad(std::string& plain) {
  const auto missing = kBlock - plain.size() % kBlock;
  plain.append(missing, static_cast<char>(missing));
}

/// Takes the padding off; false where there is none.
bool unpad(std::string& plain) {
  if (plain.empty()) return false;
  const auto size = static_cast<std::uint8_t>(plain.back());
  if (size == 0 || size > kBlock || size > plain.size()) return false;
  plain.resize(plain.size() - size);
  return true;
}

}  // namespace

Nonce randomNonce() {
  Nonce nonce{};
  if (RAND_bytes(out(nonce.data()), static_cast<int>(nonce.size())) != 1) std::abort();
  return nonce;
}

std::size_t boxSize(std::uint8_t version, std::size_t plain) {
  const auto padding = version == kPaddedBox ? kBlock - plain % kBlock : 0;
  return 1 + kNonceSize + plain + padding + kTagSize;
}

std::size_t boxOverhead(std::uint8_t version) {
  return 1 + kNonceSize + kTagSize + (version == kPaddedBox ? kBlock : 0);
}

Result<KeyRing> KeyRing::parse(std::string_view list) {
  KeyRing ring;
  if (list.empty()) return ring;
  for (std::size_t number = 1;; ++number) {
    const auto comma = list.find(',');
    auto key = keyOf(list.substr(0, comma));
    const auto where = "key " + std::to_string(number) + ": expected 16, 24 or 32 bytes, plain or as base64, got ";
    if (!key) return Error{Code::InvalidArgument, where + "base64 that is none"};
    if (!isKeySize(key->size())) return Error{Code::InvalidArgument, where + std::to_string(key->size()) + " bytes"};
    ring.keys_.push_back(*std::move(key));
    if (comma == std::string_view::npos) return ring;
    list.remove_prefix(comma + 1);
  }
}

std::string KeyRing::seal(std::uint8_t version, std::string_view plain, std::string_view authenticated,
                          const Nonce& nonce) const {
  std::string text(plain);
  if (version == kPaddedBox) pad(text);
  char tag[kTagSize];
  if (!crypt(true, keys_.at(0), {nonce.data(), nonce.size()}, authenticated, text, tag)) std::abort();
  std::string box;
  box.reserve(1 + kNonceSize + text.size() + kTagSize);
  box += static_cast<char>(version);
  box.append(nonce.data(), nonce.size()).append(text).append(tag, kTagSize);
  return box;
}

Result<std::string> KeyRing::open(std::string_view box, std::string_view authenticated) const {
  if (box.empty()) return Error{Code::InvalidArgument, "box: expected a version, got nothing"};
  const auto version = static_cast<std::uint8_t>(box[0]);
  if (version > kPlainBox)
    return Error{Code::Unsupported, "box: expected version 0 or 1, got " + std::to_string(version)};
  const auto least = boxOverhead(version);
  if (box.size() < least)
    return Error{Code::InvalidArgument,
                 "box: expected at least " + std::to_string(least) + " bytes, got " + std::to_string(box.size())};
  const auto cipher = box.substr(1 + kNonceSize, box.size() - 1 - kNonceSize - kTagSize);
  for (const auto& key : keys_) {
    std::string plain(cipher);
    std::string tag(box.substr(box.size() - kTagSize));
    if (!crypt(false, key, box.substr(1, kNonceSize), authenticated, plain, tag.data())) continue;
    if (version == kPaddedBox && !unpad(plain)) return Error{Code::InvalidArgument, "box: expected padding, got none"};
    return plain;
  }
  return Error{Code::Unauthenticated, "box: expected one that a key opens, got none such"};
}

}  // namespace sse::gossip
