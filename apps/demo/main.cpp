// SPDX-License-Identifier: MIT
#include <minimq/broker.hpp>
#include <minimq/posix/event_loop.hpp>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "failure.hpp"
#include "screen.hpp"
#include "stage.hpp"
#include "story.hpp"

namespace {

constexpr minimq::Duration kLimit{12'500};  // With the cleaning up it is less than 15 s.

constexpr const char* kUsage = R"(usage: minimq_demo [--broker URL | --tls] [--patience N]

Shows an MQTT v5 device that survives its broker. The device is the example of the README, a
process of its own; a second session sends it requests. Then links break, and the broker is killed
and started again while a QoS 1 message is in flight; mosquitto_sub confirms that it arrives.

  --broker URL  mqtt://host:port, a running broker, instead of a Mosquitto of the demo's own; it is
                not killed, the links to it are cut instead. It must let anybody in. The demo uses
                the client id "demo", others that begin with "minimq-", and topics that begin with
                "demo/"; the broker forgets the sessions after an hour at most.
  --tls         everything over TLS, by mbedTLS, with an authority that lives as long as the demo;
                the proxies see bytes only, and the device is another example, which echoes
  --patience N  everything may take N times as long, on a busy machine or under valgrind; 1 to 100
  --help        this text

Exit status: 0 if all of it happened, 1 if something did not (the last lines name it), 2 for a wrong
option, 130 if interrupted. Colours: on a terminal, unless NO_COLOR is set.
)";

[[noreturn]] void refuse(const std::string& why) {
  std::fprintf(stderr, "minimq_demo: %s\n\n%s", why.c_str(), kUsage);
  std::exit(2);
}

int parse_patience(std::string_view word) {
  int factor = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), factor);
  if (error != std::errc{} || end != word.data() + word.size() || factor < 1 || factor > 100)
    refuse("this is no number from 1 to 100: " + std::string{word});
  return factor;
}

demo::Options parse(int argc, char** argv) {
  demo::Options options;
  for (int index = 1; index < argc; ++index) {
    const std::string_view argument{argv[index]};
    if (argument == "--help" || argument == "-h") {
      std::fputs(kUsage, stdout);
      std::exit(0);
    }
    if (argument == "--tls") {
#if defined(MINIMQ_DEMO_TLS)
      options.tls = true;
#else
      refuse("this demo was built without mbedTLS (libmbedtls-dev)");
#endif
    } else if (argument == "--broker" && index + 1 < argc) {
      options.broker = argv[++index];
    } else if (argument.starts_with("--broker=")) {
      options.broker = argument.substr(argument.find('=') + 1);
    } else if (argument == "--patience" && index + 1 < argc) {
      options.patience = parse_patience(argv[++index]);
    } else {
      refuse("what is " + std::string{argument} + "?");
    }
  }
  if (!options.broker) return options;
  if (options.tls) refuse("--tls is for the broker of the demo's own");
  const minimq::Broker broker = minimq::Broker::parse(*options.broker);
  if (!broker.valid()) refuse("this is no broker: " + *options.broker);
  if (broker.tls()) refuse("the demo does not speak TLS: " + *options.broker);
  return options;
}

std::string own_directory() {
  std::error_code error;
  return std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
}

// Debian keeps mosquitto where only root looks.
void extend_path() {
  const char* path = std::getenv("PATH");
  const std::string extended =
      std::string{path != nullptr ? path : "/usr/bin:/bin"} + ":/usr/local/sbin:/usr/sbin";
  (void)::setenv("PATH", extended.c_str(), 1);
}

int play(const demo::Options& options, demo::Screen& screen) {
  minimq::posix::EventLoop loop;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!loop.stop_on(signal)) throw demo::Failure{"signals can be handled", "sigaction"};
  }
  demo::Stage stage{loop, screen, kLimit, options.patience};
  demo::Story story{stage, options};
  story.run();
  story.summary();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  demo::Options options = parse(argc, argv);
  options.bin_directory = own_directory();
  extend_path();
  (void)std::signal(SIGPIPE, SIG_IGN);  // Even if nobody reads any more, it has to be cleaned up.
  demo::Screen screen;
  screen.title("minimq: a device, its broker, and what can happen to them");
  try {
    return play(options, screen);
  } catch (const demo::Failure& failure) {
    screen.failed(failure.what(), failure.why());
    return 1;
  } catch (const demo::Interrupted&) {
    screen.failed("interrupted", "");
    return 130;
  }
}
