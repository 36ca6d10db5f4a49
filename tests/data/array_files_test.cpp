// The files are written by io's functions, whose bytes are numpy's (tests/interop), or by hand.
#include <filesystem>
#include <numeric>

#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/data/files.hpp"
#include "tapegrad/data/loader.hpp"
#include "tapegrad/io/idx.hpp"
#include "tapegrad/io/npy.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using test::Folder;
using test::io_error;
using Numbers = std::vector<double>;

namespace {

/// An .npy file of uint8 [rows, 1 MiB], row i full of i, which has holes for zeros: too large to be
/// read at once.
void write_large(const std::string& path, std::int64_t rows) {
  const std::int64_t width = 1 << 20;
  io::save_npy(path, zeros({0, width}, uint8));
  std::string header = test::read_file(path);
  const std::string wanted = "(" + std::to_string(rows);
  header.replace(header.find("(0"), 2, wanted);
  header.erase(header.find("  "), wanted.size() - 2);
  test::write_file(path, header);
  std::filesystem::resize_file(path, header.size() + static_cast<std::size_t>(rows * width));
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  for (std::int64_t i = 0; i < rows; ++i) {
    file.seekp(static_cast<std::streamoff>(header.size()) + i * width);
    file.put(static_cast<char>(i));
  }
}

}  // namespace

TEST_CASE("npy files give their rows, one by one or many", "[data][files]") {
  const Folder folder;
  io::save_npy(folder / "x.npy", arange(12, 24).to(float64).view({4, 3}));
  io::save_npy(folder / "y.npy", tensor({5, 6, 7, 8}));
  const NpyDataset set(folder / "x.npy", folder / "y.npy");
  CHECK(set.size() == 4);
  CHECK(set.get(2).x.to_vector<double>() == Numbers{18, 19, 20});
  CHECK(set.get(2).x.dtype() == float64);
  CHECK(set.get(2).y.item<int>() == 7);
  const Batch batch = set.get_many(Indices{3, 0}).value();
  CHECK(batch.x.to_vector<double>() == Numbers{21, 22, 23, 12, 13, 14});
  CHECK(batch.y.to_vector<double>() == Numbers{8, 5});
  CHECK(!NpyDataset(folder / "x.npy").get(0).y.defined());
}

TEST_CASE("numbers in the other byte order come in this machine's", "[data][files]") {
  const Folder folder;
  io::save_npy(folder / "x.npy", tensor({1, 256}, {.dtype = int32}));
  std::string bytes = test::read_file(folder / "x.npy");
  bytes[bytes.find("<i4")] = '>';
  bytes.replace(bytes.size() - 8, 8, std::string("\0\0\0\1\0\0\1\0", 8));
  test::write_file(folder / "x.npy", bytes);
  CHECK(NpyDataset(folder / "x.npy").get(0).x.item<int>() == 1);
  CHECK(NpyDataset(folder / "x.npy").get(1).x.item<int>() == 256);
}

TEST_CASE("of a large array only the rows of a batch are read", "[data][files]") {
  const Folder folder;
  write_large(folder / "x.npy", 100);
  const NpyDataset set(folder / "x.npy");
  CHECK(set.size() == 100);
  const Batch batch = set.get_many(Indices{7, 8, 9, 99, 0}).value();
  CHECK(batch.x.shape() == Shape{5, 1 << 20});
  for (std::int64_t i = 0; i < 5; ++i) {
    CHECK(batch.x[i].sum().item<int>() == std::vector<int>{7, 8, 9, 99, 0}[std::size_t(i)]);
  }
  CHECK(set.get(42).x[0].item<int>() == 42);
}

TEST_CASE("a file that becomes shorter while it is read is an error with the place",
          "[data][files]") {
  const Folder folder;
  write_large(folder / "x.npy", 70);
  DataLoader loader(NpyDataset(folder / "x.npy"), {.batch_size = 1, .num_workers = 1});
  CHECK(loader.next()->x[{0, 0}].item<int>() == 0);
  std::filesystem::resize_file(folder / "x.npy", 30 << 20);
  loader.begin_epoch(0, 29);
  const std::string error = io_error([&] { loader.next(); });
  CHECK(contains(error,
                 "NpyDataset: the file has become shorter: it had 73400448 bytes and ends "
                 "at byte 31457280 now: "));
  CHECK(contains(error, folder / "x.npy"));
}

TEST_CASE("arrays that have no rows in the file are refused", "[data][files]") {
  const Folder folder;
  const auto error = [&](const std::string& path) {
    return io_error([&] { NpyDataset(folder / path); });
  };
  io::save_npy(folder / "scalar.npy", full({}, 1));
  CHECK(contains(error("scalar.npy"), "NpyDataset: an array of rank 0 has no rows"));
  io::save_npy(folder / "f.npy", ones({2, 3}));
  std::string bytes = test::read_file(folder / "f.npy");
  bytes.replace(bytes.find("False"), 5, "True ");
  test::write_file(folder / "f.npy", bytes);
  CHECK(contains(error("f.npy"), "shape [2, 3] in Fortran's order"));
  test::write_file(folder / "cut.npy", bytes.substr(0, bytes.size() - 1));
  CHECK(contains(error("cut.npy"), "float32 of shape [2, 3] need 24 bytes, but 23 are there"));
  CHECK(contains(error("missing.npy"), "NpyDataset: cannot open: "));
  CHECK(contains(error(""), "this is a folder"));
  CHECK(contains(error_of<ShapeError>([&] {
                   io::save_npy(folder / "x.npy", ones({2}));
                   io::save_npy(folder / "y.npy", ones({3}));
                   NpyDataset(folder / "x.npy", folder / "y.npy");
                 }),
                 "NpyDataset: 2 rows in "));
}

TEST_CASE("a bool that is neither 0 nor 1 is refused in rows as well", "[data][files]") {
  const Folder folder;
  io::save_npy(folder / "x.npy", tensor({true, false}));
  std::string bytes = test::read_file(folder / "x.npy");
  bytes.back() = 2;
  test::write_file(folder / "x.npy", bytes);
  CHECK(contains(io_error([&] { NpyDataset(folder / "x.npy"); }), "a bool must be 0 or 1: 2: "));
}

TEST_CASE("npz and IDX files are tensors of their arrays", "[data][files]") {
  const Folder folder;
  io::save_npz(folder / "x.npz", {{"x", ones({3, 2})}, {"y", tensor({1, 2, 3})}});
  CHECK(from_npz(folder / "x.npz").get(1).y.item<int>() == 2);
  CHECK(from_npz(folder / "x.npz", "y", "").get(2).x.item<int>() == 3);
  CHECK(contains(io_error([&] { from_npz(folder / "x.npz", "z"); }), "\"z\""));
  io::save_idx(folder / "images", full({2, 3, 3}, 200, uint8));
  io::save_idx(folder / "labels", tensor({9, 4}, {.dtype = uint8}));
  const TensorDataset digits = from_idx(folder / "images", folder / "labels");
  CHECK(digits.get(1).x.shape() == Shape{3, 3});
  CHECK(digits.get(1).x.dtype() == uint8);
  CHECK(digits.get(1).y.dtype() == int64);
  CHECK(digits.get(1).y.item<int>() == 4);
}
