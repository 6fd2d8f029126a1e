// SPDX-License-Identifier: MIT
#include "mosquitto.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <unistd.h>

#include "failure.hpp"
#include "proxy.hpp"

namespace demo {

using namespace std::chrono_literals;

namespace {

// Free now, and most likely still free in a moment.
std::uint16_t free_port() {
  const LoopbackListener listener;
  ::close(listener.descriptor);
  return listener.port;
}

}  // namespace

TempDirectory::TempDirectory() {
  const char* base = std::getenv("TMPDIR");
  path_ = std::string{base != nullptr && *base != '\0' ? base : "/tmp"} + "/minimq-demo-XXXXXX";
  if (::mkdtemp(path_.data()) == nullptr) {
    throw Failure{"a temporary directory can be made", path_ + ": " + std::strerror(errno)};
  }
}

TempDirectory::~TempDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

Mosquitto::Mosquitto(Stage& stage) : stage_{stage}, port_{free_port()} {
  write_config("");
}

Mosquitto::Mosquitto(Stage& stage, const Authority& authority) : stage_{stage}, port_{free_port()} {
  write_config(authority.listener() + "listener 0 " + path() + "\n");
}

void Mosquitto::start(const std::string& what) {
  process_.emplace(stage_.loop(), std::vector<std::string>{"mosquitto", "-c",
                                                           directory_.path() + "/mosquitto.conf"});
  stage_.need(*process_);
  stage_.expect(what, 5s, [this] { return process_->mentions(" running") > 0; });
  stage_.screen().line("broker", text("mosquitto %s on %s, process %d", version().c_str(),
                                      address().c_str(), static_cast<int>(process_->pid())));
}

void Mosquitto::kill() {
  stage_.release(*process_);
  process_->signal(SIGKILL);
  stage_.screen().line("broker", "killed (SIGKILL: it has no time to say goodbye)");
  process_.reset();
}

std::string Mosquitto::version() const {
  const std::string mark = "mosquitto version ";
  for (const std::string& line : process_->lines()) {
    const std::size_t at = line.find(mark);
    if (at == std::string::npos) continue;
    const std::size_t begin = at + mark.size();
    return line.substr(begin, line.find(' ', begin) - begin);
  }
  return {};
}

void Mosquitto::write_config(const std::string& listener) const {
  std::ofstream file{directory_.path() + "/mosquitto.conf"};
  file << "listener " << port_ << " 127.0.0.1\n"
       << listener << "allow_anonymous true\n"
       << "persistence true\n"
       << "persistence_location " << directory_.path() << "/\n"
       << "autosave_on_changes true\n"  // It will be killed: there is no saving at the end.
       << "autosave_interval 1\n"
       << "set_tcp_nodelay true\n"  // Else a reply waits 40 ms for an acknowledgement of TCP's.
       << "log_dest stderr\n";
  // Started by root it would become another user, who may not write here.
  if (::geteuid() == 0) file << "user root\n";
  if (!file.flush()) throw Failure{"the broker's configuration can be written", directory_.path()};
}

}  // namespace demo
