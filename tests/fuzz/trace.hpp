// SPDX-License-Identifier: MIT
#pragma once

#include "support/judge/frame.hpp"

namespace minimq::fuzz {

/// Prints the packets of both directions, if MINIMQ_FUZZ_TRACE is set in the environment: what one
/// needs to know of a finding.
class Trace {
 public:
  void opened();
  void closed();
  void client_bytes(judge::Bytes bytes);
  void server_bytes(judge::Bytes bytes);

 private:
  judge::Framer from_client_;
  judge::Framer from_server_;
};

}  // namespace minimq::fuzz
