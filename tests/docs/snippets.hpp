// SPDX-License-Identifier: MIT
#pragma once

// What the snippets of the documents take for granted: the application around them.
#include <minimq/minimq.hpp>
#include <minimq/posix/event_loop.hpp>
#include <minimq/posix/tcp_transport.hpp>
#include <minimq/task.hpp>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

using namespace std::chrono_literals;

inline constexpr minimq::QoS qos1 = minimq::QoS::at_least_once;

void handle(const minimq::Event& event);
void log(std::string_view text);
void log_number(std::size_t number);
void sleep_until(std::optional<minimq::Instant> deadline, minimq::Interest interest);

template <class T>
void check(const minimq::Result<T>& result) {
  if (!result) log(to_string(result.error()));
}

minimq::Task<> device(minimq::posix::EventLoop& loop, minimq::Session& session);
std::size_t read_log(std::span<std::byte> space);
extern minimq::Authenticator& token;

int modem_open(std::string_view host, std::uint16_t port);
int modem_read(void* bytes, std::size_t count);
int modem_write(const void* bytes, std::size_t count);
void modem_close();
std::int64_t uptime_ms();
void random_bytes(std::span<std::byte> space);
