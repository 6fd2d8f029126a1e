// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/engine_script.hpp"

namespace minimq::testing {

/// An authenticator that writes down what it is asked, and answers as it is told.
class ToldAuthenticator final : public Authenticator {
 public:
  std::string name{"M"};
  std::string first{"d0"};
  /// The answers to the challenges, in their order; then it gives up.
  std::vector<std::string> answers;
  bool begins{true};
  bool accepts{true};
  /// "begin", "challenge <data>", "finish <data>", since the last look.
  std::vector<std::string> calls;
  /// Runs inside every call.
  void (*inside)(void* context){nullptr};
  void* context{nullptr};

  [[nodiscard]] std::string_view method() const override { return name; }
  [[nodiscard]] Result<Bytes> begin() override {
    note("begin");
    next_ = 0;
    if (!begins) return std::unexpected{Error::no_memory};
    return as_bytes(first);
  }
  [[nodiscard]] Result<Bytes> challenge(Bytes data) override {
    note("challenge " + std::string{as_text(data)});
    if (next_ == answers.size()) return std::unexpected{Error::no_memory};
    return as_bytes(answers[next_++]);
  }
  [[nodiscard]] bool finish(Bytes data) override {
    note("finish " + std::string{as_text(data)});
    return accepts;
  }

 private:
  void note(const std::string& call) {
    calls.push_back(call);
    if (inside != nullptr) inside(context);
  }

  std::size_t next_{0};
};

/// A conversation in which CONNECT names the method "M".
class AuthenticationScript : public EngineScript {
 protected:
  using Calls = std::vector<std::string>;

  // From the broker; with two bytes of data.
  static constexpr std::string_view accepted = "20 0C 00 00 09 15 00 01 'M' 16 00 02 'ok'";
  static constexpr std::string_view challenge_1 = "F0 0B 18 09 15 00 01 'M' 16 00 02 'c1'";
  static constexpr std::string_view challenge_2 = "F0 0B 18 09 15 00 01 'M' 16 00 02 'c2'";
  static constexpr std::string_view done = "F0 0B 00 09 15 00 01 'M' 16 00 02 'ok'";
  // To the broker.
  static constexpr std::string_view again = "F0 0B 19 09 15 00 01 'M' 16 00 02 'd0'";
  static constexpr std::string_view answer_1 = "F0 0B 18 09 15 00 01 'M' 16 00 02 'a1'";
  static constexpr std::string_view answer_2 = "F0 0B 18 09 15 00 01 'M' 16 00 02 'a2'";

  AuthenticationScript() {
    authenticator.answers = {"a1", "a2"};
    config.extras = &extras_;
  }
  Calls calls() { return std::exchange(authenticator.calls, {}); }

  ToldAuthenticator authenticator;
  Authentication exchange{authenticator};

 private:
  Extras extras_{.authentication = &exchange};
};

}  // namespace minimq::testing
