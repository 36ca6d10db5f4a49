// Pictures from files, and folders of them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/data/dataset.hpp"
#include "tapegrad/data/encode.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace data {

/// What the channels of an image are.
enum class Channels {
  gray = 1,  ///< of colours their luma by ITU-R 601, as Pillow has it
  rgb = 3,   ///< of an image with transparency, which is left away
  rgba = 4   ///< 255, opaque, where a file has none
};

/// A PNG or JPEG file, told by its first bytes: uint8 of shape [channels, height, width], rows from
/// the top, values as they are in the file, whatever gamma it names (of 16 bits the upper 8).
///   Throws IoError, with the path, for a file that can't be read, is of another kind, is damaged
/// or cut short, or has more than 2^28 pixels, and for JPEGs of four colours (CMYK).
Tensor load_image(const std::string& path, Channels channels = Channels::rgb);

/// Writes a PNG file: of [height, width] or [1, h, w] (gray), [3, h, w] (colours) or [4, h, w]
/// (with opacity). uint8 is stored as it is, so that load_image() gives it back; floats count from
/// 0 to 1 and are clamped, NaN to 0. The file appears at once or not at all.
///   Throws ShapeError for others and what is empty or larger than 65,535 pixels either way,
/// DTypeError for other integers, IoError when it can't be written.
void save_image(const std::string& path, const Tensor& image);

/// Images in folders, one for each class: root/class/name.png. x is what load_image() gives, read
/// when it is asked for; y, of rank 0 and int64, the number of the class.
///   Classes are the names of the folders, examples the files in and below them whose names end in
/// .png, .jpg or .jpeg (in any case), both in the order of their bytes; names that begin with a dot
/// are left out.
class ImageFolder : public Dataset {
 public:
  /// Throws IoError for a folder that can't be read, a root without folders and a class without
  /// images.
  explicit ImageFolder(const std::string& root, Channels channels = Channels::rgb);

  std::int64_t size() const override { return static_cast<std::int64_t>(paths_.size()); }
  /// The names of the classes, to be kept with the model.
  const LabelEncoder& classes() const { return classes_; }
  /// Of each example: its file, and the number of its class, int64 of shape [n].
  const std::vector<std::string>& paths() const { return paths_; }
  Tensor labels() const;

 protected:
  Example example(std::int64_t index, Generator& random) const override;

 private:
  LabelEncoder classes_;
  std::vector<std::string> paths_;
  std::vector<std::int64_t> labels_;
  Channels channels_;
};

}  // namespace data
}  // namespace tapegrad
