// SPDX-License-Identifier: MIT
#pragma once

#include <lwip/priv/tcpip_priv.h>

namespace minimq::lwip_sockets {

/// Runs `action` in lwIP's own context, under its core lock or in its task, and waits for it.
/// Returns what it returns; ERR_MEM also where it could not run, which cannot happen with
/// LWIP_TCPIP_CORE_LOCKING.
template <class Action>
err_t in_lwip(Action action) {
  struct Call : tcpip_api_call_data {
    Action* action;
  };
  Call call{};
  call.action = &action;
  return ::tcpip_api_call(
      [](tcpip_api_call_data* data) -> err_t { return (*static_cast<Call*>(data)->action)(); },
      &call);
}

}  // namespace minimq::lwip_sockets
