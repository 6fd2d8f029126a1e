// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace minimq::test {

/// The cells of one row of a Markdown table, without the spaces around them.
using Row = std::vector<std::string>;

/// `path` counts from the top of the project. A file that is not there has no lines.
inline std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file{MINIMQ_SOURCE_DIR "/" + path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

inline std::string trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return std::string{text};
}

inline Row cells_of(std::string_view line) {
  Row cells;
  line.remove_prefix(1);
  for (std::size_t end = line.find('|'); end != std::string_view::npos; end = line.find('|')) {
    cells.push_back(trimmed(line.substr(0, end)));
    line.remove_prefix(end + 1);
  }
  return cells;
}

/// The rows of the table whose first column is headed `heading`, without its head; none if there is
/// no such table.
inline std::vector<Row> table_of(const std::string& path, std::string_view heading) {
  std::vector<Row> rows;
  bool inside = false;
  for (const std::string& line : lines_of(path)) {
    const bool is_row = line.starts_with('|');
    if (inside && !is_row) break;
    if (inside) rows.push_back(cells_of(line));
    if (is_row && !inside) inside = cells_of(line).front() == heading;
  }
  if (!rows.empty()) rows.erase(rows.begin());  // The line of dashes.
  return rows;
}

/// Without the backticks of a name.
inline std::string unquoted(const std::string& cell) {
  const bool quoted = cell.size() > 2 && cell.front() == '`' && cell.back() == '`';
  return quoted ? cell.substr(1, cell.size() - 2) : cell;
}

}  // namespace minimq::test
