// Named arrays: a zip archive with an .npy file for each.
#include "io/atomic_file.hpp"
#include "io/choice.hpp"
#include "io/elements.hpp"
#include "io/npy.hpp"
#include "io/zip_archive.hpp"

namespace tapegrad::io {
namespace {

constexpr std::string_view suffix = ".npy";

// The record that ends an archive, and all that one without entries has; libzip writes none.
constexpr std::string_view empty_archive("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);

/// The name of an array in the archive; that of a file of another kind as it is.
std::string array_name(std::string name) {
  if (name.ends_with(suffix)) name.resize(name.size() - suffix.size());
  return name;
}

/// How to load the others where one can't be.
std::string_view others(const ZipReader& archive) {
  return archive.size() < 2
             ? ""
             : "; load the others with {.only = {their names}}: list_npz() lists them";
}

}  // namespace

StateDict read_npz(const Input& input, const LoadSomeOptions& options) {
  const ZipReader archive(input);
  const Choice choice(options.only);
  StateDict tensors;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    const std::string& name = archive.name(i);
    std::string array = array_name(name);
    if (!choice.takes(array)) continue;
    archive.check_entry(i);
    check<IoError>(name.ends_with(suffix), "{}: the entry {} is no .npy array: {}{}",
                   input.operation, shown(name), input.name, others(archive));
    check<IoError>(!tensors.contains(array), "{}: two entries named {}: {}", input.operation,
                   shown(name), input.name);
    tensors.insert(std::move(array), read_npy(archive.read(i), {options.convert}, others(archive)));
  }
  choice.check_found(input, tensors);
  return tensors;
}

std::vector<StoredArray> list_npz(const Input& input) {
  const ZipReader archive(input);
  std::vector<StoredArray> arrays;
  for (std::size_t i = 0; i < archive.size(); ++i) {
    StoredArray& array = arrays.emplace_back();
    array.name = array_name(archive.name(i));
    try {
      const Input entry = archive.read(i);
      const NpyHeader header = npy_start(entry).header;
      array.dtype = shown_type(header.type, header.type_text);
      array.shape = header.shape;
      npy_type(entry, header, {});
    } catch (const IoError& error) {
      array.problem = error.what();
    }
  }
  return arrays;
}

StateDict load_npz(const std::string& path, const LoadSomeOptions& options) {
  return read_npz(map_file("load_npz", path), options);
}

std::vector<StoredArray> list_npz(const std::string& path) {
  return list_npz(map_file("list_npz", path));
}

void save_npz(const std::string& path, const StateDict& tensors, NpzOptions options) {
  std::vector<Tensor> dense;
  std::vector<std::string> headers;
  std::vector<ZipFile> files;
  headers.reserve(tensors.size());  // the files look into them
  for (const auto& [name, tensor] : tensors) {
    const Tensor& x = dense.emplace_back(savable(tensor));
    const std::string& header = headers.emplace_back(npy_header("save_npz", x.dtype(), x.shape()));
    files.push_back({name + std::string(suffix), {std::as_bytes(std::span(header)), bytes_of(x)}});
  }
  AtomicFile file("save_npz", path);
  if (files.empty()) {
    file.write(empty_archive);
  } else {
    write_zip("save_npz", path, file.temporary_path(), files, options.compress);
  }
  file.commit();
}

}  // namespace tapegrad::io
