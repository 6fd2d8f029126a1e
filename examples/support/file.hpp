// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdio>
#include <span>

namespace example {

/// Reads a file into the storage, without a heap; the bytes that were read, none if there is no
/// such file or it does not fit.
inline std::span<const std::byte> read_file(const char* path, std::span<std::byte> storage) {
  std::FILE* const file = std::fopen(path, "rb");
  if (file == nullptr) return {};
  const std::size_t size = std::fread(storage.data(), 1, storage.size(), file);
  std::fclose(file);
  return size == storage.size() ? std::span<const std::byte>{} : storage.first(size);
}

}  // namespace example
