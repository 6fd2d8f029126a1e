// SPDX-License-Identifier: MIT
#include "image.hpp"

namespace {

class Token final : public minimq::Authenticator {
 public:
  std::string_view method() const override { return "TOKEN"; }
  minimq::Result<minimq::Bytes> begin() override { return minimq::as_bytes("token"); }
  minimq::Result<minimq::Bytes> challenge(minimq::Bytes) override { return minimq::Bytes{}; }
  bool finish(minimq::Bytes) override { return true; }
};

}  // namespace

void start() {
  Token token;
  minimq::Authentication authentication{token};
  const minimq::Extras extras{.authentication = &authentication};
  run(
      [](minimq::Session& session, const minimq::Event&) {
        (void)session.publish({.topic = "a", .payload = "b"});
        (void)session.reauthenticate();
      },
      &extras);
}
