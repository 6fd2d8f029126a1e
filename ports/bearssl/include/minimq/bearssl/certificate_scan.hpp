// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace minimq::bearssl {

/// Reads an X.509 certificate as it arrives, in pieces of any size, and keeps what BearSSL's own
/// engine does not tell: when it is valid, whether it is for the expected name or address, and
/// whether it may be used by a server. It checks no signature.
class CertificateScan {
 public:
  /// The longest DNS name.
  static constexpr std::size_t name_size_max = 253;

  /// A new certificate. `host` is a DNS name, or a numeric address and then `address` its bytes;
  /// both outlive this.
  void begin(std::string_view host, Bytes address);
  void add(std::span<const unsigned char> bytes);

  /// The whole certificate was read and is well-formed as far as it matters here.
  [[nodiscard]] bool complete() const { return state_ == State::done; }
  /// The validity in seconds since 1970 UTC, as soon as it was read.
  [[nodiscard]] std::optional<std::int64_t> not_before() const { return not_before_; }
  [[nodiscard]] std::optional<std::int64_t> not_after() const { return not_after_; }
  /// A Subject Alternative Name covers the host. The Common Name does not count.
  [[nodiscard]] bool is_for_host() const { return is_for_host_; }
  /// There is no Extended Key Usage, or it has servers among its purposes.
  [[nodiscard]] bool is_for_servers() const { return !has_purposes_ || has_server_purpose_; }

 private:
  // Where in a certificate a structure stands that has been entered.
  enum class Node : std::uint8_t {
    file,
    certificate,
    body,
    validity,
    extension_box,
    extensions,
    extension,
    names_box,
    names,
    purposes_box,
    purposes,
  };
  enum class Item : std::uint8_t {
    skipped,
    not_before,
    not_after,
    extension_id,
    dns_name,
    address,
    purpose,
  };
  enum class State : std::uint8_t {
    tag,
    size,
    more_size,
    content,
    done,
    malformed,
  };
  enum class Extension : std::uint8_t {
    other,
    names,
    purposes,
  };
  struct Level {
    std::uint32_t left;  // bytes behind the current child
    std::uint8_t index;  // children so far
    Node node;
  };

  void step(std::uint8_t byte);
  void element();
  [[nodiscard]] std::optional<Node> entered(const Level& level) const;
  [[nodiscard]] Item item(const Level& level) const;
  void enter(Node node);
  void take(std::uint8_t byte);
  void end_item();
  void end_element();
  [[nodiscard]] std::string_view captured() const;

  std::array<Level, 8> levels_{};
  std::uint8_t depth_{0};
  State state_{State::malformed};
  Item item_{Item::skipped};
  Extension extension_{Extension::other};
  std::uint8_t tag_{0};
  std::uint8_t size_bytes_{0};
  std::uint32_t size_{0};
  std::array<char, name_size_max> captured_{};
  std::uint8_t captured_size_{0};
  bool is_for_host_{false};
  bool has_purposes_{false};
  bool has_server_purpose_{false};
  std::string_view host_{};
  Bytes address_{};
  std::optional<std::int64_t> not_before_{};
  std::optional<std::int64_t> not_after_{};
};

}  // namespace minimq::bearssl
