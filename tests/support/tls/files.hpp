// SPDX-License-Identifier: MIT
#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace minimq::testing {

/// The path of a file that authority.py has made; its head lists them: `tls_file("right.pem")`.
/// Targets that use it link minimq_tls_files.
inline std::string tls_file(std::string_view name) {
  return MINIMQ_TLS_DIR "/" + std::string{name};
}

/// What is in it. Throws std::runtime_error if there is no such file.
inline std::string tls_text(std::string_view name) {
  std::ifstream file{tls_file(name), std::ios::binary};
  if (!file) throw std::runtime_error{"no such file: " + tls_file(name)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

}  // namespace minimq::testing
