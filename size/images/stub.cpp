// SPDX-License-Identifier: MIT
//
// What every image has without the library: the storage, and the transport behind its interface.
// The others are measured as what they have more.
#include "image.hpp"

void start() {
  static std::byte storage[1024];
  RegisterTransport registers;
  minimq::Transport* volatile place = &registers;
  minimq::Transport& transport = *place;
  for (;;) {
    storage[0] = std::byte{static_cast<unsigned char>(transport.now().time_since_epoch().count())};
    transport.entropy(storage);
    const minimq::Bytes piece{storage};
    if (!transport.open({}) || !transport.read(storage) || !transport.write({&piece, 1}))
      transport.close();
    registers.turn();
  }
}
