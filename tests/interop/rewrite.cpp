// What tests/interop has the file formats do: read one file and write another, by their names'
// endings.
#include <cstdio>
#include <exception>
#include <string>

#include "tapegrad/io/csv.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/io/safetensors.hpp"
#include "tapegrad/state_dict.hpp"
#include "tapegrad/tensor.hpp"

namespace tg = tapegrad;

namespace {

bool is_idx(const std::string& path) { return path.find(".idx") != std::string::npos; }

/// Every column under its name.
tg::StateDict columns_of(const tg::io::CsvTable& table) {
  tg::StateDict columns;
  for (std::size_t i = 0; i < table.columns(); ++i) {
    const auto dtype = table.type_of(i);
    if (!dtype) throw tg::Error("column " + table.name(i) + " holds text");
    columns.insert(table.name(i), table.column(i, *dtype));
  }
  return columns;
}

tg::io::Safetensors read(const std::string& path, bool convert) {
  if (path.ends_with(".safetensors")) return tg::io::load_safetensors(path, {.convert = convert});
  if (path.ends_with(".npz")) return {tg::io::load_npz(path, {.convert = convert}), {}};
  if (path.ends_with(".csv")) {
    return {columns_of(tg::io::load_csv(path, {.missing = tg::io::CsvMissing::nan})), {}};
  }
  const tg::Tensor x = is_idx(path) ? tg::io::load_idx(path, {.convert = convert})
                                    : tg::io::load_npy(path, {.convert = convert});
  return {{{"x", x}}, {}};
}

/// Every cell as text, a record on each line: cells end with 0x1f, rows with 0x1e.
void print_cells(const std::string& path) {
  const tg::io::CsvTable table = tg::io::load_csv(path, {.header = tg::io::CsvHeader::absent});
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t column = 0; column < table.columns(); ++column) {
      std::printf("%s\x1f", table.text(row, column).c_str());
    }
    std::printf("\x1e");
  }
}

void write(const std::string& path, const tg::io::Safetensors& file) {
  if (path.ends_with(".safetensors")) {
    tg::io::save_safetensors(path, file.tensors, file.metadata);
  } else if (path.ends_with(".npz")) {
    tg::io::save_npz(path, file.tensors, {.compress = path.ends_with(".compressed.npz")});
  } else if (is_idx(path)) {
    tg::io::save_idx(path, file.tensors["x"]);
  } else {
    tg::io::save_npy(path, file.tensors["x"]);
  }
}

}  // namespace

int main(int count, char** arguments) try {
  if (count == 3 || count == 4) {
    const bool convert = count == 4 && arguments[3] == std::string("convert");
    write(arguments[2], read(arguments[1], convert));
  } else if (count == 2) {
    print_cells(arguments[1]);
  } else {
    std::fprintf(stderr, "usage: %s FROM TO [convert] | CSV\n", arguments[0]);
    return 2;
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
