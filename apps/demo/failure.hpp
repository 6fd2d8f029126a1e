// SPDX-License-Identifier: MIT
#pragma once

#include <stdexcept>
#include <string>

namespace demo {

/// An expectation that did not hold, with what is known about why. It ends the demo.
class Failure : public std::runtime_error {
 public:
  Failure(const std::string& expectation, std::string why)
      : std::runtime_error{expectation}, why_{std::move(why)} {}
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  std::string why_;
};

/// The user has had enough (SIGINT and the like).
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error{"interrupted"} {}
};

}  // namespace demo
