// Lists what is in a file that the library can read. The format is told by the file's first bytes,
// except for text, which has none of its own.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/program.hpp"
#include "tapegrad/tapegrad.hpp"

namespace tg = tapegrad;

namespace {

enum class Format { safetensors, npy, npz, idx, checkpoints, csv };

std::string start_of(const std::string& path) {
  // A pipe would be empty when it is opened again.
  if (std::filesystem::exists(path) && !std::filesystem::is_regular_file(path)) {
    throw std::runtime_error(fmt::format("{} is no regular file; save it as one", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::string start(4096, '\0');
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool is_text(std::string_view bytes) {
  return std::none_of(bytes.begin(), bytes.end(),
                      [](char c) { return is_control(c) && c != '\t' && c != '\n' && c != '\r'; });
}

Format format_of(const std::string& path) {
  using namespace std::string_view_literals;
  const std::string bytes = start_of(path);
  const std::string_view start(bytes);
  // A header's length below 2^32, then its first bracket.
  const bool has_header = start.size() > 8 && start.substr(4, 5) == "\0\0\0\0{"sv;
  if (has_header || path.ends_with(".safetensors")) return Format::safetensors;
  if (start.starts_with("\x93NUMPY")) return Format::npy;
  if (start.starts_with("PK\3\4") || start.starts_with("PK\5\6")) return Format::npz;
  if (start.starts_with("\x1f\x8b") || start.starts_with("\0\0"sv)) return Format::idx;
  if (start.starts_with("model_checkpoint_path:")) return Format::checkpoints;
  if (is_text(start)) return Format::csv;
  if (start.find("brain.Event:") < 100) {
    throw std::runtime_error(
        fmt::format("{} is an event file; tensorboard --logdir shows the folder it is in", path));
  }
  throw std::runtime_error(
      fmt::format("{}: neither safetensors, npy, npz, IDX nor text; nothing here reads it", path));
}

/// Text of a file as it may go to a terminal: on one line, and without commands for it.
std::string harmless(std::string text) {
  std::replace_if(text.begin(), text.end(), is_control, '?');
  return text;
}

void show(const std::string& name, std::string_view dtype, std::string_view shape) {
  fmt::print("{:<9} {:<16} {}\n", dtype, shape, harmless(name));
}

void show_all(const std::vector<tg::io::StoredArray>& arrays) {
  std::int64_t elements = 0;
  for (const tg::io::StoredArray& array : arrays) {
    show(array.name, array.dtype, tg::to_string(array.shape));
    elements += tg::numel(array.shape);
  }
  for (const tg::io::StoredArray& array : arrays) {
    if (!array.problem.empty()) fmt::print("{}\n", harmless(array.problem));
  }
  fmt::print("{} tensors, {} elements\n", arrays.size(), elements);
}
void show_array(const tg::Tensor& x) {
  show_all({{"(array)", std::string(tg::name_of(x.dtype())), x.shape()}});
}

void show_safetensors(const std::string& path) {
  const tg::io::SafetensorsList file = tg::io::list_safetensors(path);
  for (const auto& [name, value] : file.metadata) {
    fmt::print("metadata  {}: {}\n", harmless(name), harmless(value));
  }
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

void show_checkpoints(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  const auto latest = tg::io::latest_checkpoint(folder.empty() ? "." : folder);
  if (!latest) throw std::runtime_error(fmt::format("{}: no checkpoint is there any more", path));
  fmt::print("the latest checkpoint is {}\n", harmless(*latest));
  show_safetensors(*latest);
}

void inspect(const std::string& path) {
  switch (format_of(path)) {
    case Format::safetensors:
      return show_safetensors(path);
    case Format::npy:
      return show_array(tg::io::load_npy(path));
    case Format::npz:
      return show_all(tg::io::list_npz(path));
    case Format::idx:
      return show_array(tg::io::load_idx(path));
    case Format::checkpoints:
      return show_checkpoints(path);
    case Format::csv:
      return show_csv(path);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::string path;
  samples::Flags flags(
      "inspect",
      "Lists what is in a .safetensors, .npy, .npz, IDX (also gzipped) or CSV file, or "
      "in the\nlatest of the checkpoints that a file named checkpoint lists: "
      "dtype, shape\nand name of each tensor or column.\n"
      "The last line printed is: N tensors, M elements (columns and cells for CSV)");
  flags.argument("FILE", path, "the file to look into");
  return samples::run("inspect", flags, argc, argv, [&] { inspect(path); });
}
