// Lists what is in a file that the library can read. The format is told by the file's first bytes,
// except for text, which has none of its own.
#include <fmt/core.h>

#include <fstream>
#include <string>
#include <string_view>

#include "support/program.hpp"
#include "tapegrad/tapegrad.hpp"

namespace tg = tapegrad;

namespace {

enum class Format { safetensors, npy, npz, idx, csv };

Format format_of(const std::string& path) {
  using namespace std::string_view_literals;
  std::ifstream file(path, std::ios::binary);
  char bytes[9] = {};
  file.read(bytes, sizeof bytes);
  const std::string_view start(bytes, static_cast<std::size_t>(file.gcount()));
  // A header's length below 2^32, then its first bracket.
  const bool has_header = start.ends_with("\0\0\0\0{"sv) && start.size() == sizeof bytes;
  if (has_header || path.ends_with(".safetensors")) return Format::safetensors;
  if (start.starts_with("\x93NUMPY")) return Format::npy;
  if (start.starts_with("PK\3\4") || start.starts_with("PK\5\6")) return Format::npz;
  return start.starts_with("\x1f\x8b") || start.starts_with("\0\0"sv) ? Format::idx : Format::csv;
}

void show(std::string_view name, std::string_view dtype, std::string_view shape) {
  fmt::print("{:<9} {:<16} {}\n", dtype, shape, name);
}

void show(std::string_view name, const tg::Tensor& x) {
  show(name, tg::name_of(x.dtype()), tg::to_string(x.shape()));
}

void show_all(const tg::StateDict& tensors) {
  std::int64_t elements = 0;
  for (const auto& [name, tensor] : tensors) {
    show(name, tensor);
    elements += tensor.numel();
  }
  fmt::print("{} tensors, {} elements\n", tensors.size(), elements);
}

void show_safetensors(const std::string& path) {
  const tg::io::Safetensors file = tg::io::load_safetensors(path);
  for (const auto& [name, value] : file.metadata) fmt::print("metadata  {}: {}\n", name, value);
  show_all(file.tensors);
}

void show_csv(const std::string& path) {
  const tg::io::CsvTable table = tg::io::load_csv(path);
  for (std::size_t column = 0; column < table.columns(); ++column) {
    const auto type = table.type_of(column);
    show(table.name(column), type ? tg::name_of(*type) : "text", fmt::format("[{}]", table.rows()));
  }
  fmt::print("{} columns, {} cells\n", table.columns(), table.columns() * table.rows());
}

void inspect(const std::string& path) {
  switch (format_of(path)) {
    case Format::safetensors:
      return show_safetensors(path);
    case Format::npy:
      return show_all({{"(array)", tg::io::load_npy(path)}});
    case Format::npz:
      return show_all(tg::io::load_npz(path));
    case Format::idx:
      return show_all({{"(array)", tg::io::load_idx(path)}});
    case Format::csv:
      return show_csv(path);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  samples::Flags flags(
      "inspect",
      "Lists what is in a .safetensors, .npy, .npz, IDX (also gzipped) or CSV file: "
      "dtype, shape\nand name of each tensor or column.\n"
      "The last line printed is: N tensors, M elements (columns and cells for CSV)");
  flags.argument("FILE", path, "the file to look into");
  return samples::run("inspect", flags, argc, argv, [&] { inspect(path); });
}
