// SPDX-License-Identifier: MIT
//
// Payloads that the application writes where they stay; linked where there is such a payload.
#include "codec/publish.hpp"
#include "codec/writer.hpp"
#include "minimq/engine.hpp"

namespace minimq {

// The payload is written before its size is known: so the head is written last, and ends where the
// payload begins.
Result<Ticket> detail::publish_callable(Engine& engine, const Publication& publication, QoS qos) {
  constexpr std::size_t growth = 3;  // of the Remaining Length
  TxLog& log = engine.log_;
  codec::Writer least;
  codec::write_publish(least, publication, qos, 0, 0);
  Error error = least.error();
  if (error == Error{}) error = engine.room(least.size(), engine.reserve() + growth);
  if (error != Error{}) return std::unexpected{error};
  std::span<std::byte> space = log.space(SIZE_MAX);
  space = space.first(space.size() - engine.reserve());
  const std::size_t head_max = least.size() + growth;
  engine.calling_ = true;
  const auto written = publication.payload.write(space.subspan(head_max));
  engine.calling_ = false;
  if (!written) return std::unexpected{written.error()};

  codec::Writer writer;
  codec::write_publish(writer, publication, qos, 0, *written);
  const bool too_large =
      engine.phase_ == Engine::Phase::online && engine.too_large_for_broker(writer.size());
  // What fits tx is no larger than a packet may be, unless tx has more than 256 MB.
  if (too_large || writer.error() != Error{}) return std::unexpected{Error::packet_too_large};
  const std::size_t begin = head_max + *written - writer.size();
  writer.into(space.subspan(begin));
  codec::write_publish(writer, publication, qos, log.next_packet_id(), *written);
  return engine.accept(static_cast<SlotKind>(qos), begin, writer.size(), publication.detached);
}

}  // namespace minimq
