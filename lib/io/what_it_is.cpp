#include "io/what_it_is.hpp"

#include <string>

#include "io/number_at.hpp"
#include "io/which_text.hpp"

namespace tapegrad::io {
namespace {

using namespace std::string_view_literals;

/// Bytes that a file of this kind has at this place.
struct Signature {
  std::size_t offset;
  std::string_view bytes;
  Recognised kind;
};

constexpr std::string_view as_arrays =
    "save what is in it as arrays, in Python with numpy.save() or safetensors";
constexpr std::string_view as_weights =
    "save its tensors with safetensors.torch.save_file() in Python";
constexpr std::string_view unpack_zlib = "unpack it, in Python with zlib.decompress()";
constexpr std::string_view as_table = "export it as CSV";

// The longer ones of those that begin alike come first.
constexpr Signature signatures[] = {
    {0, "\x93NUMPY", {Format::npy, "an .npy array", "load_npy() reads it"}},
    {0, "\x1f\x8b", {Format::other, "gzip-compressed data", "unpack it with gunzip"}},
    {0, "\x1f\x9d", {Format::other, "data of Unix compress (.Z)", "unpack it with uncompress"}},
    {0, "\x1f\xa0", {Format::other, "data of Unix compress (.Z)", "unpack it with uncompress"}},
    {0, "BZh", {Format::other, "bzip2-compressed data", "unpack it with bunzip2"}},
    {0, "\xfd\x37zXZ\0"sv, {Format::other, "xz-compressed data", "unpack it with unxz"}},
    {0, "\x28\xb5\x2f\xfd", {Format::other, "zstd-compressed data", "unpack it with unzstd"}},
    {0, "\x5d\0\0"sv, {Format::other, "LZMA-compressed data", "unpack it with unlzma"}},
    {0, "LZIP", {Format::other, "lzip-compressed data", "unpack it with lzip -d"}},
    {0, "\x04\x22\x4d\x18", {Format::other, "LZ4-compressed data", "unpack it with unlz4"}},
    {0, "Rar!", {Format::other, "a RAR archive", "unpack it with unrar x"}},
    {0, "\x78\x01", {Format::other, "zlib-compressed data", unpack_zlib}},
    {0, "\x78\x9c", {Format::other, "zlib-compressed data", unpack_zlib}},
    {0, "\x78\xda", {Format::other, "zlib-compressed data", unpack_zlib}},
    {0, "7z\xbc\xaf\x27\x1c", {Format::other, "a 7-Zip archive", "unpack it with 7z x"}},
    {257, "ustar", {Format::other, "a tar archive", "unpack it with tar -xf"}},
    {0, "\x89PNG\r\n\x1a\n", {Format::other, "a PNG image", as_arrays}},
    {0, "\xff\xd8\xff", {Format::other, "a JPEG image", as_arrays}},
    {0, "GIF8", {Format::other, "a GIF image", as_arrays}},
    {0, "BM", {Format::other, "a BMP image", as_arrays}},
    {0, "II*\0"sv, {Format::other, "a TIFF image", as_arrays}},
    {0, "MM\0*"sv, {Format::other, "a TIFF image", as_arrays}},
    {8, "WEBP", {Format::other, "a WebP image", as_arrays}},
    {8, "WAVE", {Format::other, "a sound file", as_arrays}},
    {0, "OggS", {Format::other, "a sound file", as_arrays}},
    {0, "fLaC", {Format::other, "a sound file", as_arrays}},
    {0, "ID3", {Format::other, "a sound file", as_arrays}},
    {4, "ftyp", {Format::other, "a film or a HEIF image", as_arrays}},
    {0, "%PDF-", {Format::other, "a PDF document", as_arrays}},
    {0, "\x89HDF\r\n\x1a\n", {Format::other, "an HDF5 file", as_arrays}},
    {0, "MATLAB 5.0 MAT-file", {Format::other, "a MATLAB file", as_arrays}},
    {0, "GGUF", {Format::other, "a GGUF model", as_arrays}},
    {0, "\x80\x02", {Format::other, "a Python pickle, as PyTorch and joblib write", as_weights}},
    {0, "\x80\x03", {Format::other, "a Python pickle", as_weights}},
    {0, "\x80\x04", {Format::other, "a Python pickle", as_weights}},
    {0, "\x80\x05", {Format::other, "a Python pickle", as_weights}},
    {0, "PAR1", {Format::other, "a Parquet file", as_table}},
    {0, "ARROW1", {Format::other, "an Arrow file", as_table}},
    {0, "FEA1", {Format::other, "a Feather file", as_table}},
    {0, "Obj\1", {Format::other, "an Avro file", as_table}},
    {0, "ORC", {Format::other, "an ORC file", as_table}},
    {23,
     "brain.Event:2",
     {Format::other, "an event file", "tensorboard --logdir shows the folder that it is in"}},
    {0, "SQLite format 3\0"sv, {Format::other, "an SQLite database", as_table}},
    {0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", {Format::other, "an old Office document", as_table}},
    {0,
     "\x7f"
     "ELF",
     {Format::other, "a program or a library", "give the data file"}},
};

constexpr std::string_view whole = "is it the right file, and was it written or fetched whole?";

/// The length of a header that is there, and its first bracket.
bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 8 && bytes[8] == '{' && number_at(bytes, 0, 8) <= bytes.size() - 8;
}

/// Two zeros, a type and a number of dimensions.
bool is_idx(std::string_view bytes) {
  return bytes.size() >= 4 && bytes.starts_with("\0\0"sv) &&
         "\x08\x09\x0b\x0c\x0d\x0e"sv.find(bytes[2]) != std::string_view::npos && bytes[3] < 16;
}

/// An archive, by the name of the first file in it.
std::optional<Recognised> zip_kind(std::string_view bytes) {
  if (bytes.starts_with("PK\5\6")) return Recognised{Format::npz, "an empty zip archive", ""};
  if (!bytes.starts_with("PK\3\4") || bytes.size() < 30) return std::nullopt;
  const std::string_view name = bytes.substr(30, number_at(bytes, 26, 2));
  if (name.ends_with(".npy")) return Recognised{Format::npz, "an .npz file", "load_npz() reads it"};
  if (name.ends_with("/data.pkl")) {
    return Recognised{Format::other, "a PyTorch checkpoint", as_weights};
  }
  if (name == "[Content_Types].xml") {
    return Recognised{Format::other, "an Office document", as_table};
  }
  return Recognised{Format::npz, "a zip archive", "unpack it with unzip"};
}

std::string_view name_of(Format format) {
  switch (format) {
    case Format::npy:
      return "an .npy array";
    case Format::npz:
      return "an .npz file";
    case Format::safetensors:
      return "a safetensors file";
    case Format::idx:
      return "an IDX file";
    case Format::text:
    case Format::other:
      break;
  }
  return "a table of UTF-8 text";
}

}  // namespace

std::optional<Recognised> what_it_is(const Input& input) {
  const std::string_view bytes = input.text(0, input.size);
  if (bytes.empty()) return Recognised{Format::other, "an empty file", whole};
  // Before the rest: the length of a header may be any bytes.
  if (is_safetensors(bytes)) {
    return Recognised{Format::safetensors, "a safetensors file", "load_safetensors() reads it"};
  }
  // A table may begin with a column named GIF8.
  if (const auto text = which_text(bytes)) return text;
  for (const Signature& each : signatures) {
    if (bytes.size() > each.offset && bytes.substr(each.offset).starts_with(each.bytes)) {
      return each.kind;
    }
  }
  if (const auto zip = zip_kind(bytes)) return zip;
  if (is_idx(bytes)) return Recognised{Format::idx, "an IDX file", "load_idx() reads it"};
  if (bytes.find_first_not_of('\0') == bytes.npos) {
    return Recognised{Format::other, "nothing but zeros", whole};
  }
  return which_wide_text(bytes);
}

void check_format(const Input& input, Format wanted) {
  const std::optional<Recognised> kind = what_it_is(input);
  check<IoError>(!kind || kind->format == wanted, "{}: this is {}, not {}: {}; {}", input.operation,
                 kind ? kind->name : "", name_of(wanted), input.name, kind ? kind->remedy : "");
}

void fail_unknown(const Input& input, Format wanted) {
  fail<IoError>("{}: this is of no kind that is known here, and not {}: {}; {}", input.operation,
                name_of(wanted), input.name, whole);
}

}  // namespace tapegrad::io
