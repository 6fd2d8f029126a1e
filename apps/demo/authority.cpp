// SPDX-License-Identifier: MIT
#include "authority.hpp"

#include <chrono>
#include <fstream>
#include <iterator>

#include "child.hpp"
#include "failure.hpp"

namespace demo {

using namespace std::chrono_literals;

Authority::Authority(Stage& stage, const std::string& directory) : directory_{directory} {
  run(stage, "openssl makes an authority for this run",
      {"-keyout", directory + "/authority.key", "-out", file(), "-subj", "/CN=minimq demo"});
  run(stage, "and a certificate for the broker",
      {"-CA", file(), "-CAkey", directory + "/authority.key", "-keyout", directory + "/broker.key",
       "-out", directory + "/broker.pem", "-subj", "/CN=localhost", "-addext",
       "subjectAltName=DNS:localhost"});
  std::ifstream stream{file()};
  text_.assign(std::istreambuf_iterator<char>{stream}, {});
}

void Authority::run(Stage& stage, const std::string& what,
                    const std::vector<std::string>& options) const {
  std::vector<std::string> command{"openssl", "req",    "-x509",    "-newkey",
                                   "ec",      "-nodes", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                                   "-days",   "2"};
  command.insert(command.end(), options.begin(), options.end());
  Child openssl{stage.loop(), command};
  stage.expect(what, 5s, [&] {
    if (openssl.ended() && !openssl.exited_with(0)) throw Failure{what, openssl.how_it_ended()};
    return openssl.ended();
  });
}

std::string Authority::listener() const {
  return "certfile " + directory_ + "/broker.pem\nkeyfile " + directory_ + "/broker.key\n";
}

}  // namespace demo
