// SPDX-License-Identifier: MIT
//
// The simulator as a program: a range of seeds on all cores, or one seed to be read.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "simulation/small_world.hpp"
#include "simulation/world.hpp"

namespace {

using minimq::simulation::World;

struct Figures {
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> done{0};
  std::atomic<std::uint64_t> milliseconds{0};
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> failures{0};
  std::mutex output{};
};

struct Arguments {
  std::uint64_t first{0};
  std::uint64_t last{0};
  bool one{false};
  std::uint64_t states{0};  // of each small world
  bool quiet{false};        // no progress line
  std::uint64_t failures_max{20};
  unsigned jobs{std::thread::hardware_concurrency()};
};

void run_seeds(const Arguments& arguments, Figures& figures) {
  for (;;) {
    const std::uint64_t seed = figures.next++;
    if (seed > arguments.last || figures.failures >= arguments.failures_max) return;
    World world{seed};
    world.run();
    ++figures.done;
    figures.milliseconds += static_cast<std::uint64_t>(world.duration());
    figures.messages += world.messages();
    figures.connections += world.connections();
    if (world.violation().empty()) continue;
    ++figures.failures;
    const std::lock_guard lock{figures.output};
    std::printf("seed %" PRIu64 ": %s\n", seed, world.violation().c_str());
    std::fflush(stdout);
  }
}

int run_range(const Arguments& arguments) {
  Figures figures;
  figures.next = arguments.first;
  const auto begin = std::chrono::steady_clock::now();
  const auto seconds = [&] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  std::vector<std::thread> threads;
  std::atomic<unsigned> running{arguments.jobs};
  for (unsigned i = 0; i < arguments.jobs; ++i) {
    threads.emplace_back([&] {
      run_seeds(arguments, figures);
      --running;
    });
  }
  while (!arguments.quiet && running != 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds{200});
    std::fprintf(stderr, "\r%" PRIu64 " seeds, %.0f a second ", figures.done.load(),
                 static_cast<double>(figures.done) / seconds());
  }
  for (std::thread& thread : threads)
    thread.join();
  std::printf("%s%" PRIu64
              " seeds, %.0f a second on each of %u cores, %.1f simulated days, "
              "%" PRIu64 " messages, %" PRIu64 " connections, %" PRIu64 " violations\n",
              arguments.quiet ? "" : "\n", figures.done.load(),
              static_cast<double>(figures.done) / seconds() / arguments.jobs, arguments.jobs,
              static_cast<double>(figures.milliseconds) / 86'400'000, figures.messages.load(),
              figures.connections.load(), figures.failures.load());
  return figures.failures == 0 ? 0 : 1;
}

int run_one(std::uint64_t seed) {
  World world{seed, stdout};
  world.run();
  std::printf("seed %" PRIu64 ", hash %016" PRIx64 ": %s\n", seed, world.hash(),
              world.violation().empty() ? "all is well" : world.violation().c_str());
  return world.violation().empty() ? 0 : 1;
}

// Everything that can happen in worlds of two messages each way.
int run_small_worlds(std::uint64_t states_max) {
  using minimq::simulation::SmallWorld;
  std::uint64_t states = 0;
  bool sound = true;
  for (const unsigned qos : {0u, 1u, 2u}) {
    for (const bool at_pubrel : {false, true}) {
      if (at_pubrel && qos != 2) continue;
      for (const unsigned count : {1u, 2u}) {
        const SmallWorld::Bounds bounds{.qos = qos,
                                        .hands_on_at_pubrel = at_pubrel,
                                        .messages = count,
                                        .cuts = count,
                                        .waits = count - 1};
        const auto explored = minimq::simulation::explore(bounds, states_max);
        std::printf("%u each way at QoS %u%s: %" PRIu64 " states, %" PRIu64
                    " steps, %zu deep, %s %s\n",
                    count, qos, at_pubrel ? " at PUBREL" : "", explored.states, explored.steps,
                    explored.depth, explored.complete ? "all there are" : "and there are more",
                    explored.violation.c_str());
        std::fflush(stdout);
        states += explored.states;
        sound &= explored.violation.empty();
      }
    }
  }
  std::printf("%" PRIu64 " distinct states\n", states);
  return sound ? 0 : 1;
}

bool parse(int count, char** words, Arguments& arguments) {
  for (int i = 1; i < count; ++i) {
    const bool has_value = i + 1 < count;
    if (std::strcmp(words[i], "--seed") == 0 && has_value) {
      arguments.first = std::strtoull(words[++i], nullptr, 10);
      arguments.one = true;
    } else if (std::strcmp(words[i], "--seeds") == 0 && has_value) {
      char* rest = nullptr;
      arguments.first = std::strtoull(words[++i], &rest, 10);
      if (std::strncmp(rest, "..", 2) != 0) return false;
      arguments.last = std::strtoull(rest + 2, nullptr, 10);
    } else if (std::strcmp(words[i], "--jobs") == 0 && has_value) {
      arguments.jobs = static_cast<unsigned>(std::strtoul(words[++i], nullptr, 10));
    } else if (std::strcmp(words[i], "--small-worlds") == 0 && has_value) {
      arguments.states = std::strtoull(words[++i], nullptr, 10);
    } else if (std::strcmp(words[i], "--first") == 0) {
      arguments.failures_max = 1;
    } else if (std::strcmp(words[i], "--quiet") == 0) {
      arguments.quiet = true;
    } else {
      return false;
    }
  }
  arguments.jobs = std::max(arguments.jobs, 1u);
  return arguments.one || arguments.last >= arguments.first;
}

}  // namespace

int main(int count, char** words) {
  Arguments arguments;
  if (count < 2 || !parse(count, words, arguments)) {
    std::fputs(
        "usage: simulate --seed N | --seeds A..B [--jobs N] [--quiet] [--first] | --small-worlds "
        "STATES\n",
        stderr);
    return 2;
  }
  if (arguments.states != 0) return run_small_worlds(arguments.states);
  return arguments.one ? run_one(arguments.first) : run_range(arguments);
}
