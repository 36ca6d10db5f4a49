// Which line of a source an address of a program was compiled from: the line tables of DWARF 4 and
// 5, as g++ and clang write them with -g, read from an ELF file. For messages: what isn't there, or
// is compressed or broken, gives nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tapegrad {

struct SourceLine {
  std::string file;
  std::uint64_t line = 0;
};

class LineTable {
 public:
  /// The bytes of an ELF file.
  explicit LineTable(std::span<const std::byte> elf);

  /// The line of `address`, as the file counts them. Where that is in a file that `skips`, as
  /// inlined functions of a header are, the nearest line before it in the same run of addresses.
  template <class Skips>
  std::optional<SourceLine> find(std::uint64_t address, const Skips& skips) const {
    for (const Run& run : runs_) {
      if (address < run.rows.front().address || address >= run.end) continue;
      std::size_t i = run.rows.size();
      while (run.rows[--i].address > address) continue;
      for (++i; i-- > 0;) {
        const std::string& file = files_[run.rows[i].file];
        if (run.rows[i].line > 0 && !skips(file)) return SourceLine{file, run.rows[i].line};
      }
      return std::nullopt;
    }
    return std::nullopt;
  }

  struct Row {
    std::uint64_t address;
    std::size_t file;  // in files_
    std::uint64_t line;
  };
  /// Addresses that follow one another, rows in their order.
  struct Run {
    std::vector<Row> rows;
    std::uint64_t end;
  };

 private:
  std::vector<std::string> files_;
  std::vector<Run> runs_;
};

}  // namespace tapegrad
