// SPDX-License-Identifier: MIT
#include "simulation/link.hpp"

#include <algorithm>
#include <cstring>

namespace minimq::simulation {

namespace {

// What the kernel takes of a connection whose other end has vanished.
constexpr std::size_t kernel_buffer = 2000;

}  // namespace

Result<Transport::Progress> Link::open(const Broker& broker) {
  ++calls_;
  require(!connected(), "open() on a stream that is open");
  if (!opening_) {
    ++activity_;
    opening_ = observer_.next_fate(broker);
    open_at_ = opening_->opens ? clocks_.world + opening_->open_delay : never;
  }
  if (clocks_.world < open_at_) return Progress::pending;
  const Fate fate = *opening_;
  opening_.reset();
  ++activity_;
  if (fate.open_error) return std::unexpected{*fate.open_error};
  pipes_.push_back({.connection = observer_.link_opened(), .fate = fate});
  return Progress::ready;
}

Result<std::size_t> Link::read(std::span<std::byte> space) {
  ++calls_;
  require(connected(), "read() on a stream that is not open");
  require(!space.empty(), "read() without space");
  if (!connected()) return std::unexpected{Error::link_error};
  Pipe& pipe = pipes_.back();
  const bool reset = trouble(pipe) && pipe.client_error == Error::link_error;
  if (!reset && !pipe.down.empty() && pipe.down.front().at <= clocks_.world) {
    std::string& front = pipe.down.front().bytes;
    std::size_t count = std::min({space.size(), front.size(), pipe.fate.cut_down - pipe.received});
    if (pipe.fate.read_max != Fate::never) {
      count = std::min<std::size_t>(
          count, 1 + random_.below(static_cast<std::uint32_t>(pipe.fate.read_max)));
    }
    std::memcpy(space.data(), front.data(), count);
    observer_.client_received(std::string_view{front}.substr(0, count));
    front.erase(0, count);
    if (front.empty()) pipe.down.pop_front();
    pipe.received += count;
    activity_ += count;
    if (pipe.received == pipe.fate.cut_down) break_down(pipe, pipe.fate.ending);
    return count;
  }
  if (trouble(pipe)) return std::unexpected{pipe.client_error};
  return 0;
}

bool Link::writable(const Pipe& pipe) const {
  if (trouble(pipe)) return true;
  return clocks_.world >= pipe.blocked_until && pipe.swallowed < kernel_buffer;
}

// How many bytes a write takes now.
std::size_t Link::takes(Pipe& pipe, std::size_t offered) {
  if (!writable(pipe)) return 0;
  std::size_t count = offered;
  if (pipe.fate.write_max != Fate::never) {
    count = std::min<std::size_t>(
        count, 1 + random_.below(static_cast<std::uint32_t>(pipe.fate.write_max)));
  }
  if (pipe.dead && !trouble(pipe)) count = std::min(count, kernel_buffer - pipe.swallowed);
  const std::size_t block_at = pipe.fate.block_at;
  if (block_at != Fate::never && pipe.sent + count > block_at) {
    count = block_at - pipe.sent;
    pipe.fate.block_at = Fate::never;
    pipe.blocked_until = clocks_.world + pipe.fate.block_for;
  }
  return count;
}

Result<std::size_t> Link::write(TxSpans spans) {
  ++calls_;
  require(connected(), "write() on a stream that is not open");
  if (!connected()) return std::unexpected{Error::link_error};
  Pipe& pipe = pipes_.back();
  std::string bytes;
  for (const Bytes piece : spans) {
    require(!piece.empty(), "write() of an empty piece");
    bytes += as_text(piece);
  }
  require(!bytes.empty(), "write() of nothing");
  if (trouble(pipe) && pipe.client_error == Error::link_error) {
    return std::unexpected{Error::link_error};
  }
  const std::size_t count = takes(pipe, bytes.size());
  bytes.resize(count);
  if (count == 0) return 0;
  observer_.client_sent(bytes);
  activity_ += count;
  const std::size_t before = pipe.sent;
  pipe.sent += count;
  if (pipe.dead || trouble(pipe)) {
    if (!trouble(pipe)) pipe.swallowed += count;
    return count;
  }
  const std::size_t through = std::min(count, pipe.fate.cut_up - before);
  bytes.resize(through);
  const Time at = clocks_.world + pipe.fate.latency_up;
  if (through != 0) pipe.up.push_back({at, std::move(bytes)});
  if (pipe.sent >= pipe.fate.cut_up) break_down(pipe, pipe.fate.ending);
  return count;
}

// From now on nothing gets through; what is on its way to the broker still arrives.
void Link::break_down(Pipe& pipe, Fate::Ending ending) {
  pipe.dead = true;
  pipe.down.clear();
  if (ending == Fate::Ending::silent || pipe.client_told) return;
  const Time learned = random_.one_in(2) ? 0 : random_.between<Time>(0, 3000);
  pipe.client_told = clocks_.world + learned;
  pipe.client_error = ending == Fate::Ending::closed ? Error::link_closed : Error::link_error;
  pipe.broker_told = clocks_.world + pipe.fate.latency_up;
}

void Link::cut(Fate::Ending ending) {
  if (connected()) break_down(pipes_.back(), ending);
}

void Link::close() {
  ++calls_;
  opening_.reset();
  if (!connected()) return;
  ++activity_;
  Pipe& pipe = pipes_.back();
  pipe.client_open = false;
  pipe.down.clear();
  if (!pipe.dead) pipe.broker_told = clocks_.world + pipe.fate.latency_up;
  observer_.client_closed();
}

std::optional<Link::Arrival> Link::next_arrival() {
  std::erase_if(pipes_, [](const Pipe& pipe) {
    return !pipe.client_open && pipe.up.empty() && !pipe.broker_told;
  });
  for (auto pipe = pipes_.begin(); pipe != pipes_.end(); ++pipe) {
    if (!pipe->up.empty() && pipe->up.front().at <= clocks_.world) {
      Arrival arrival{pipe->connection, std::move(pipe->up.front().bytes), false};
      pipe->up.pop_front();
      return arrival;
    }
    if (pipe->up.empty() && pipe->broker_told && *pipe->broker_told <= clocks_.world) {
      const Arrival arrival{pipe->connection, {}, true};
      pipe->broker_told.reset();
      if (!pipe->client_open) pipes_.erase(pipe);
      return arrival;
    }
  }
  return std::nullopt;
}

Link::Pipe* Link::pipe_of(int connection) {
  for (Pipe& pipe : pipes_)
    if (pipe.connection == connection) return &pipe;
  return nullptr;
}

void Link::send_to_client(int connection, const std::vector<std::byte>& bytes) {
  Pipe* const pipe = pipe_of(connection);
  if (pipe == nullptr || !pipe->client_open || pipe->dead) return;
  Time at = clocks_.world + pipe->fate.latency_down;
  if (!pipe->down.empty()) at = std::max(at, pipe->down.back().at);
  const std::string text{as_text(bytes)};
  const std::size_t begin = pipe->queued_down;
  pipe->queued_down += text.size();
  const std::size_t late_at = pipe->fate.late_at;
  if (late_at != Fate::never && pipe->queued_down > late_at) {
    const std::size_t in_time = late_at - begin;
    if (in_time != 0) pipe->down.push_back({at, text.substr(0, in_time)});
    pipe->down.push_back({at + pipe->fate.late_by, text.substr(in_time)});
    pipe->fate.late_at = Fate::never;
  } else if (pipe->fate.per_byte != 0) {
    for (const char byte : text)
      pipe->down.push_back({at += pipe->fate.per_byte, std::string{byte}});
  } else {
    pipe->down.push_back({at, text});
  }
}

void Link::end_by_broker(int connection) {
  Pipe* const pipe = pipe_of(connection);
  if (pipe == nullptr || pipe->dead || pipe->client_told) return;
  const Time last =
      pipe->down.empty() ? clocks_.world + pipe->fate.latency_down : pipe->down.back().at;
  pipe->client_told = last;
  pipe->client_error = Error::link_closed;
  pipe->broker_told = clocks_.world;
}

Time Link::next_time() const {
  Time next = never;
  const auto consider = [&](Time at) {
    if (at > clocks_.world) next = std::min(next, at);
  };
  if (opening_) consider(open_at_);
  for (const Pipe& pipe : pipes_) {
    if (!pipe.up.empty()) next = std::min(next, pipe.up.front().at);
    if (pipe.up.empty() && pipe.broker_told) next = std::min(next, *pipe.broker_told);
    if (!pipe.client_open) continue;
    if (!pipe.down.empty()) consider(pipe.down.front().at);
    if (pipe.client_told) consider(*pipe.client_told);
    consider(pipe.blocked_until);
  }
  return next;
}

bool Link::possible(Interest interest) const {
  if (!interest.read && !interest.write) return false;
  if (opening_) return clocks_.world >= open_at_;
  if (!connected()) return false;
  const Pipe& pipe = pipes_.back();
  const bool readable = !pipe.down.empty() && pipe.down.front().at <= clocks_.world;
  return trouble(pipe) || (interest.read && readable) || (interest.write && writable(pipe));
}

void Link::wait(Interest interest, std::optional<Instant> deadline, Waiter& waiter) {
  wait_ = Wait{&waiter, interest, deadline};
}

void Link::cancel(Waiter& waiter) {
  if (wait_ && wait_->waiter == &waiter) wait_.reset();
}

void Link::entropy(std::span<std::byte> space) {
  for (std::byte& byte : space)
    byte = static_cast<std::byte>(random_.below(256));
}

}  // namespace minimq::simulation
