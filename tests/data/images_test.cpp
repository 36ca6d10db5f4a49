// Expected pixels are those that Pillow 13.0.0 reads from the same bytes; of 16 bits of gray, which
// it keeps, the upper 8.
#include "tapegrad/data/images.hpp"

#include <cmath>
#include <filesystem>

#include "images.hpp"
#include "io/files.hpp"
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "tapegrad/data/loader.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using namespace tapegrad::data;
using test::contains;
using test::error_of;
using test::Folder;
using test::io_error;
using Numbers = std::vector<double>;

namespace {

Tensor image(const std::string& bytes, Channels channels = Channels::rgb) {
  const Folder folder;
  test::write_file(folder / "x", bytes);
  return load_image(folder / "x", channels);
}

Numbers pixels(const std::string& bytes, Channels channels = Channels::rgb) {
  return image(bytes, channels).to_vector<double>();
}

const Numbers colours{255, 0, 0, 10, 200, 255, 0, 255, 0, 20, 100, 255, 0, 0, 255, 30, 50, 255};

/// root/b/1.png, root/a/2.JPG and root/a/below/3.jpeg, and what is no image.
struct Classes {
  Folder folder;
  Classes() {
    std::filesystem::create_directories(folder / "a/below");
    std::filesystem::create_directories(folder / "b");
    std::filesystem::create_directories(folder / ".hidden");
    test::write_file(folder / "b/1.png", test::png_rgb);
    test::write_file(folder / "a/2.JPG", test::jpeg_rgb);
    test::write_file(folder / "a/below/3.jpeg", test::jpeg_gray);
    test::write_file(folder / "a/readme.txt", "no image");
    test::write_file(folder / "list.csv", "no class");
  }
};

}  // namespace

TEST_CASE("PNG: colours lie in planes, rows from the top", "[data][image]") {
  CHECK(image(test::png_rgb).shape() == Shape{3, 2, 3});
  CHECK(image(test::png_rgb).dtype() == uint8);
  CHECK(pixels(test::png_rgb) == colours);
  CHECK(pixels(test::png_palette) == colours);
  CHECK(pixels(test::png_rgba) == colours);
  CHECK(pixels(test::png_gray) == Numbers{0, 100, 200, 255, 0, 100, 200, 255, 0, 100, 200, 255});
}

TEST_CASE("PNG: gray and opacity are there or made", "[data][image]") {
  CHECK(pixels(test::png_rgb, Channels::gray) == Numbers{76, 150, 29, 18, 124, 255});
  CHECK(pixels(test::png_gray, Channels::gray) == Numbers{0, 100, 200, 255});
  const Tensor opacity = image(test::png_rgba, Channels::rgba)[3];
  CHECK(opacity.to_vector<double>() == Numbers{0, 128, 255, 1, 2, 3});
  CHECK(image(test::png_gray, Channels::rgba)[3].to_vector<double>() == Numbers(4, 255));
}

TEST_CASE("PNG: numbers are those of the file, by no curve, and 16 bits are their upper 8",
          "[data][image]") {
  CHECK(pixels(test::png_gray_16, Channels::gray) == Numbers{0, 64, 128, 255});
  CHECK(pixels(test::png_rgb_16) == Numbers{64, 1, 128, 2, 200, 3});
  CHECK(pixels(test::png_gamma, Channels::gray) == Numbers{0, 64, 128, 255});
  CHECK(pixels(test::png_two_bits, Channels::gray) == Numbers{0, 85, 170, 255});
  CHECK(pixels(test::png_interlaced) == colours);
}

TEST_CASE("PNG: a colour that is transparent, and opacities of a palette", "[data][image]") {
  CHECK(pixels(test::png_clear_color, Channels::rgba) == Numbers{5, 5, 5, 5, 5, 5, 0, 255});
  CHECK(pixels(test::png_clear_palette, Channels::rgba) ==
        Numbers{10, 200, 20, 100, 30, 50, 7, 255});
}

// Decoders may round differently by one.
TEST_CASE("JPEG: pixels are Pillow's", "[data][image]") {
  const Tensor x = image(test::jpeg_rgb);
  REQUIRE(x.shape() == Shape{3, 6, 9});
  const Numbers got = x.slice(1, 0, 6, 5).slice(2, 0, 9, 4).to_vector<double>();
  const Numbers wanted{0, 111, 224, 6, 118, 230, 0, 2, 1, 247, 250, 248, 0, 59, 118, 82, 141, 200};
  for (std::size_t i = 0; i < wanted.size(); ++i) CHECK(std::abs(got[i] - wanted[i]) <= 1);
  const Numbers row = image(test::jpeg_gray, Channels::gray)[{0, 0}].to_vector<double>();
  const Numbers gray{0, 28, 57, 83, 113, 139, 168, 196, 224};
  for (std::size_t i = 0; i < gray.size(); ++i) CHECK(std::abs(row[i] - gray[i]) <= 1);
  CHECK(image(test::jpeg_gray).shape() == Shape{3, 6, 9});
}

TEST_CASE("broken images are refused with their names, wherever they were cut", "[data][image]") {
  const Folder folder;
  for (const std::string& whole : {test::png_rgb, test::jpeg_rgb, test::jpeg_gray}) {
    for (std::size_t size = 0; size + 2 < whole.size(); size += 7) {
      test::write_file(folder / "x", whole.substr(0, size));
      const std::string error = io_error([&] { load_image(folder / "x"); });
      INFO(size << " bytes of " << whole.size());
      CHECK(error.rfind("load_image: ", 0) == 0);
      CHECK(contains(error, folder / "x"));
    }
  }
  std::string damaged = test::png_rgb;
  damaged[damaged.size() - 20] ^= 0x55;
  CHECK(contains(io_error([&] { image(damaged); }), "load_image: "));
  CHECK(contains(io_error([] { image(test::png_rgb.substr(0, test::png_rgb.size() - 12)); }),
                 "load_image: the file is cut short: "));
}

TEST_CASE("what is no image that can be read is called by its path", "[data][image]") {
  CHECK(contains(io_error([] { image("GIF89a and so on"); }), "neither PNG nor JPEG: 16 bytes in"));
  CHECK(contains(io_error([] { image(test::jpeg_cmyk); }), "load_image: "));
  CHECK(
      contains(io_error([] { load_image("/no/such.png"); }), "cannot open: /no/such.png: No such"));
  CHECK(contains(io_error([] { load_image("/"); }), "this is a folder: /"));
  CHECK(contains(io_error([] { image(test::png_claim); }),
                 "load_image: 16384 x 16384 pixels can't be in 66 bytes: "));
  std::string huge = test::jpeg_gray;
  huge.replace(huge.find("\xFF\xC0") + 5, 4, std::string("\x80\0\x80\0", 4));
  CHECK(contains(io_error([&] { image(huge); }), "an image of 32768 x 32768 pixels, of 268435456"));
  CHECK(contains(error_of([] { image(test::png_rgb, Channels(2)); }), "Channels(2) is none of"));
}

TEST_CASE("an image that was saved is read with the same pixels", "[data][image]") {
  const Folder folder;
  const Tensor x = arange(4 * 2 * 3).to(uint8).view({4, 2, 3});
  const auto saved = [&](const Tensor& image, Channels channels) {
    save_image(folder / "x.png", image);
    return load_image(folder / "x.png", channels).to_vector<double>();
  };
  CHECK(saved(x, Channels::rgba) == x.to_vector<double>());
  CHECK(saved(x.narrow(0, 0, 3), Channels::rgb) == x.narrow(0, 0, 3).to_vector<double>());
  CHECK(saved(x[0], Channels::gray) == x[0].to_vector<double>());
  CHECK(saved(x.narrow(0, 1, 1), Channels::gray) == x[1].to_vector<double>());
  // Columns of a transposed image, floats from 0 to 1 and what is beyond.
  CHECK(saved(x[0].transpose(0, 1), Channels::gray) == Numbers{0, 3, 1, 4, 2, 5});
  CHECK(saved(tensor({{0., 1., 0.5}, {-3., 7., NAN}}), Channels::gray) ==
        Numbers{0, 255, 128, 0, 255, 0});
  CHECK(folder.count() == 1);
}

TEST_CASE("what is no image isn't saved", "[data][image]") {
  const Folder folder;
  const std::string path = folder / "x.png";
  for (const Shape& shape : {Shape{3}, Shape{2, 4, 4}, Shape{0, 4}, Shape{1, 1, 4, 4}}) {
    CHECK(contains(error_of<ShapeError>([&] { save_image(path, ones(shape)); }), "save_image"));
  }
  CHECK(contains(error_of<DTypeError>([&] { save_image(path, ones({2, 2}, int64)); }), "int64"));
  CHECK(folder.count() == 0);
  CHECK(contains(io_error([&] { save_image(folder / "none/x.png", ones({2, 2})); }), "none/x.png"));
}

TEST_CASE("folders are classes, in the order of their names", "[data][image]") {
  const Classes classes;
  const ImageFolder images(classes.folder.path().string());
  CHECK(images.classes().classes() == std::vector<std::string>{"a", "b"});
  CHECK(images.size() == 3);
  CHECK(images.labels().to_vector<double>() == Numbers{0, 0, 1});
  CHECK(images.paths() == std::vector<std::string>{classes.folder / "a/2.JPG",
                                                   classes.folder / "a/below/3.jpeg",
                                                   classes.folder / "b/1.png"});
  CHECK(images.get(2).x.to_vector<double>() == colours);
  CHECK(images.get(2).y.item<int>() == 1);
  CHECK(images.get(2).y.dtype() == int64);
  CHECK(ImageFolder(classes.folder.path().string(), Channels::gray).get(0).x.shape() ==
        Shape{1, 6, 9});
}

TEST_CASE("images of several sizes don't fit one batch, and a broken one names itself",
          "[data][image]") {
  const Classes classes;
  const ImageFolder images(classes.folder.path().string());
  DataLoader loader(images, {.batch_size = 3, .num_workers = 2});
  CHECK(
      contains(error_of<ShapeError>([&] { loader.next(); }),
               "x has shape [3, 2, 3] in example 2 of the batch and [3, 6, 9] in example 0; crop"));
  test::write_file(classes.folder / "a/2.JPG", "oops");
  loader.begin_epoch(0);
  CHECK(contains(io_error([&] { loader.next(); }), classes.folder / "a/2.JPG"));
}

TEST_CASE("a class without images and folders that can't be read are refused", "[data][image]") {
  const Classes classes;
  const std::string root = classes.folder.path().string();
  std::filesystem::create_directories(classes.folder / "empty");
  CHECK(io_error([&] { ImageFolder{root}; }) ==
        "ImageFolder: no .png, .jpg or .jpeg for the class empty: " + (classes.folder / "empty"));
  std::filesystem::remove(classes.folder / "empty");
  CHECK(contains(io_error([&] { ImageFolder(root + "/list.csv"); }),
                 "cannot read the folder: " + root + "/list.csv: Not a directory"));
  CHECK(
      contains(io_error([&] { ImageFolder(root + "/b"); }), "no folders, one for each class, in"));
  std::filesystem::create_symlink("itself", classes.folder / "itself");
  CHECK(contains(io_error([&] { ImageFolder{root}; }), "cannot look at: " + root + "/itself: Too"));
}
