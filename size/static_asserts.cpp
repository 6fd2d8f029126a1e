// SPDX-License-Identifier: MIT
// Sizes on a 32-bit target, as promises: a change that breaks one does not compile.

#include <minimq/minimq.hpp>

static_assert(sizeof(void*) == 4, "these sizes are those of a 32-bit target");

// The session object, which with its storage is all the memory a device needs.
static_assert(sizeof(minimq::Session) <= 384);
static_assert(sizeof(minimq::Config) <= 144);
static_assert(sizeof(minimq::Engine) <= 216);

// Bookkeeping in the storage.
static_assert(sizeof(minimq::detail::Slot) == minimq::tx_slot_size);
static_assert(minimq::tx_slot_size <= 16);
static_assert(sizeof(minimq::detail::InboundEntry) == 4);

// What lives on stacks and in coroutine frames.
static_assert(sizeof(minimq::PollOperation) <= 48);
static_assert(sizeof(minimq::SettledOperation) <= 48);
static_assert(sizeof(minimq::Event) <= 96);
static_assert(sizeof(minimq::TxGather) <= 112);

// 1024 bytes of storage, 256 of them rx, hold eight QoS 1 messages in flight: a topic of 16 bytes
// and a payload of 32, with the reserve for SUBSCRIBE untouched.
constexpr std::size_t packet = 2 + 2 + 16 + 2 + 1 + 32;
constexpr std::size_t needed = minimq::tx_overhead(minimq::Config{}.inbound_entries()) +
                               minimq::Config{}.subscribe_reserve +
                               8 * (packet + minimq::tx_slot_size);
static_assert(needed <= 1024 - 256);
