// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace minimq::judge {

/// What a client did against the specification: `what()` is the statement and a sentence, as in
/// "[MQTT-3.3.1-4] QoS 3". A rule of the prose has no number: "(section 2.2.2.2) ...".
class Violation : public std::runtime_error {
 public:
  /// The statement as "3.3.1-4", a section as "2.2.2.2".
  Violation(std::string_view statement, const std::string& sentence)
      : std::runtime_error{head_of(statement) + sentence},
        statement_{statement},
        sentence_{sentence} {}

  [[nodiscard]] const std::string& statement() const { return statement_; }
  [[nodiscard]] const std::string& sentence() const { return sentence_; }

 private:
  static std::string head_of(std::string_view statement) {
    const bool numbered = statement.find('-') != std::string_view::npos;
    return (numbered ? "[MQTT-" : "(section ") + std::string{statement} + (numbered ? "] " : ") ");
  }

  std::string statement_;
  std::string sentence_;
};

/// Throws a Violation unless the condition holds.
inline void require(bool holds, std::string_view statement, const char* sentence) {
  if (!holds) throw Violation{statement, sentence};
}

}  // namespace minimq::judge
