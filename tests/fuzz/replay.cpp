// SPDX-License-Identifier: MIT
//
// Runs a fuzz target on files and folders of inputs, without libFuzzer: for compilers and
// sanitizers that do not have it. A finding aborts; the last name printed is its input.
#include <cstdint>
#include <cstdio>
#include <dirent.h>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

// What is inlined of the streams and paths of C++ writes memory where MemorySanitizer does not see
// it, hence files in the manner of C.
bool run(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  std::fprintf(stderr, "%s\n", path.c_str());
  std::vector<std::uint8_t> input(std::size_t{1} << 20);
  input.resize(std::fread(input.data(), 1, input.size(), file));
  std::fclose(file);
  // A copy of its exact size, so that every access beside it is seen.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  static_cast<void>(LLVMFuzzerTestOneInput(exact.data(), exact.size()));
  return true;
}

unsigned run_all(const std::string& folder) {
  DIR* const entries = ::opendir(folder.c_str());
  if (entries == nullptr) return run(folder) ? 1 : 0;
  unsigned inputs = 0;
  while (const dirent* const entry = ::readdir(entries)) {
    if (entry->d_name[0] != '.' && run(folder + "/" + entry->d_name)) ++inputs;
  }
  ::closedir(entries);
  return inputs;
}

}  // namespace

int main(int count, char** arguments) {
  unsigned inputs = 0;
  for (int i = 1; i < count; ++i) {
    inputs += run_all(arguments[i]);
  }
  std::printf("%u inputs\n", inputs);
  return inputs == 0 ? 1 : 0;
}
