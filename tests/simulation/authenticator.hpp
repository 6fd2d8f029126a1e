// SPDX-License-Identifier: MIT
#pragma once

#include <minimq/authenticator.hpp>

#include <string>

namespace minimq::simulation {

/// The device's side of the model broker's authentication.
class DeviceAuthenticator final : public Authenticator {
 public:
  /// The broker has shown who it is, on this connection.
  [[nodiscard]] bool satisfied() const { return satisfied_; }
  void link_opened() { satisfied_ = false; }

  [[nodiscard]] std::string_view method() const override { return "numbers"; }
  [[nodiscard]] Result<Bytes> begin() override { return as_bytes("hello"); }
  [[nodiscard]] Result<Bytes> challenge(Bytes data) override {
    const std::string_view text = as_text(data);
    if (!text.starts_with('c')) return std::unexpected{Error::no_memory};
    answer_ = "r" + std::string{text.substr(1)};
    return as_bytes(answer_);
  }
  [[nodiscard]] bool finish(Bytes data) override {
    const bool good = as_text(data) == "done";
    satisfied_ |= good;
    return good;
  }

 private:
  std::string answer_;
  bool satisfied_{false};
};

}  // namespace minimq::simulation
