// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <vector>

#include "stage.hpp"

namespace demo {

/// An authority and its certificate for `localhost`, made by the command openssl for this run only.
class Authority {
 public:
  /// Makes them in that directory. Throws Failure.
  Authority(Stage& stage, const std::string& directory);

  /// The authority's certificate, as text and as a file.
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] std::string file() const { return directory_ + "/authority.pem"; }
  /// What a broker's listener needs, as lines for mosquitto.conf.
  [[nodiscard]] std::string listener() const;

 private:
  void run(Stage& stage, const std::string& what, const std::vector<std::string>& options) const;

  std::string directory_;
  std::string text_;
};

}  // namespace demo
