// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "authority.hpp"
#include "child.hpp"
#include "stage.hpp"

namespace demo {

/// A directory in the system's place for such things, gone with this object. Throws Failure.
class TempDirectory {
 public:
  TempDirectory();
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory();
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A Mosquitto of our own on a free loopback port, which keeps its sessions on disk.
class Mosquitto {
 public:
  /// Without TLS.
  explicit Mosquitto(Stage& stage);
  /// The only way in over TCP is TLS, as `localhost`, with a certificate of that authority's.
  Mosquitto(Stage& stage, const Authority& authority);

  /// Starts it, the first time or again, and waits until it takes connections. Throws Failure,
  /// which names `what`.
  void start(const std::string& what);
  /// Ends it as a power cut would.
  void kill();

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Another way in, past TLS: the watcher's, because mosquitto_sub 2.0 does not survive a broker
  /// that ends without close_notify.
  [[nodiscard]] std::string path() const { return directory_.path() + "/socket"; }
  /// Of the program, as in "2.0.11"; empty if it does not say.
  [[nodiscard]] std::string version() const;

 private:
  void write_config(const std::string& listener) const;

  Stage& stage_;
  TempDirectory directory_;
  std::uint16_t port_;
  std::optional<Child> process_;
};

}  // namespace demo
