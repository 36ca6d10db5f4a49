#include "kernels/convolution.hpp"

#include <algorithm>

#include "core/dispatch.hpp"
#include "kernels/blas_memory.hpp"
#include "kernels/copy.hpp"
#include "kernels/gemm.hpp"
#include "kernels/matrices.hpp"
#include "kernels/parallel.hpp"
#include "kernels/patches.hpp"

namespace tapegrad::kernels {
namespace {

// Patches of a block stay in the second level of the cache, but each block has enough columns for
// the kernel, which it reads as a whole.
constexpr std::int64_t block_elements = std::int64_t{1} << 16;
constexpr std::int64_t least_columns = 192;

/// Products of so many multiplications are worth the waking of a thread.
std::int64_t pieces(double work) {
  return static_cast<std::int64_t>(8 * static_cast<double>(grain) / std::max(work, 1.0)) + 1;
}

/// What all blocks of a convolution have in common.
template <class T>
struct Blocks {
  const Convolution& c;
  Patches<T> patches{c};
  bool direct = patches.is_image();
  std::int64_t k = patches.rows();
  std::int64_t columns = patches.lines() * patches.line();
  std::int64_t lines = lines_of_block();
  std::int64_t count = (patches.lines() - 1) / lines + 1;
  std::int64_t room = direct ? 0 : k * lines * patches.line();

  std::int64_t lines_of_block() const {
    const std::int64_t most = patches.lines();
    if (direct || k * columns <= block_elements) return most;
    const std::int64_t fit = std::max(block_elements / k, least_columns) / patches.line();
    return std::clamp<std::int64_t>(fit, 1, most);
  }
  double work() const { return static_cast<double>(c.maps * k) * static_cast<double>(columns); }
  std::int64_t images() const { return c.batch * c.groups; }
  std::int64_t kernel() const { return c.maps * k; }
};

struct Block {
  std::int64_t begin, end, first, columns;
};

template <class T>
Block block_of(const Blocks<T>& all, std::int64_t i) {
  const std::int64_t begin = i * all.lines;
  const std::int64_t end = std::min(begin + all.lines, all.patches.lines());
  const std::int64_t width = all.patches.line();
  return {begin, end, begin * width, (end - begin) * width};
}

/// A matrix of patches to read.
template <class T>
struct Matrix {
  const T* data;
  std::int64_t row;
};

template <class T>
Matrix<T> patches_of(const Blocks<T>& all, const T* image, const Block& b, T* scratch) {
  if (all.direct) return {image + b.first, all.columns};
  all.patches.gather(scratch, image, b.begin, b.end);
  return {scratch, b.columns};
}

/// f(scratch, i) for each i of [0, n), whose work is shared; OpenBLAS is alone in each thread, so
/// that its sums don't depend on how many there are.
template <class T, class F>
void each(std::int64_t n, double work, std::int64_t room, const F& f) {
  blas_has_memory(0);  // opened, if it can be
  parallel_for(n, pieces(work), [&](std::int64_t begin, std::int64_t end) {
    const AloneInBlas alone;
    const Scratch<T> scratch(room);
    for (std::int64_t i = begin; i < end; ++i) f(scratch.get(), i);
  });
}

/// The bias, or 0, in [batch, channels, n].
template <class T>
void fill_with(Ref out, const Ref* bias, std::int64_t batch, std::int64_t channels) {
  if (!bias) return fill(out, 0);
  const std::int64_t n = out.layout->numel() / (batch * channels);
  for (std::int64_t i = 0; i < batch * channels; ++i) {
    std::fill_n(out.as<T>() + i * n, n, bias->as<const T>()[i % channels]);
  }
}

template <class T>
void forward(Ref maps, Ref image, Ref kernel, const Ref* bias, const Convolution& c) {
  const Blocks<T> all{c};
  each<T>(all.images() * all.count, all.work() / static_cast<double>(all.count), all.room,
          [&](T* scratch, std::int64_t i) {
            const std::int64_t which = i / all.count;
            const std::int64_t group = which % c.groups;
            const Block b = block_of(all, i % all.count);
            T* out = maps.as<T>() + which * c.maps * all.columns + b.first;
            for (std::int64_t m = 0; bias && m < c.maps; ++m) {
              const T value = bias->as<const T>()[group * c.maps + m];
              std::fill_n(out + m * all.columns, b.columns, value);
            }
            const T* from = image.as<const T>() + which * all.patches.image();
            const Matrix<T> patches = patches_of(all, from, b, scratch);
            multiply(Product<T>{c.maps, b.columns, all.k, out,
                                kernel.as<const T>() + group * all.kernel(), all.k, 1, patches.data,
                                patches.row, 1, bias != nullptr, all.columns});
          });
}

template <class T>
void backward(Ref image, Ref maps, Ref kernel, const Ref* bias, const Convolution& c) {
  const Blocks<T> all{c};
  const bool adds = bias || !all.direct;
  if (adds) fill_with<T>(image, bias, c.batch, c.groups * c.channels);
  each<T>(all.images(), all.work(), all.room, [&](T* scratch, std::int64_t which) {
    T* to = image.as<T>() + which * all.patches.image();
    for (std::int64_t i = 0; i < all.count; ++i) {
      const Block b = block_of(all, i);
      multiply(Product<T>{all.k, b.columns, c.maps, all.direct ? to : scratch,
                          kernel.as<const T>() + which % c.groups * all.kernel(), 1, all.k,
                          maps.as<const T>() + which * c.maps * all.columns + b.first, all.columns,
                          1, all.direct && adds});
      if (!all.direct) all.patches.scatter(to, scratch, b.begin, b.end);
    }
  });
}

/// Images that are added up by themselves; sums of a large kernel take more time than they save.
std::int64_t parts_of(const Convolution& c, std::int64_t kernel) {
  return std::min<std::int64_t>(c.batch, kernel * c.groups < std::int64_t{1} << 20 ? 8 : 2);
}

template <class T>
void to_kernel(Ref kernel, Ref maps, Ref image, const Convolution& c) {
  const Blocks<T> all{c};
  const std::int64_t parts = parts_of(c, all.kernel());
  const std::int64_t size = c.groups * all.kernel();
  const Scratch<T> others((parts - 1) * size);
  const double work = all.work() * static_cast<double>(c.batch) / static_cast<double>(parts);
  each<T>(parts * c.groups, work, all.room, [&](T* scratch, std::int64_t i) {
    const std::int64_t part = i / c.groups;
    const std::int64_t group = i % c.groups;
    T* sum = (part == 0 ? kernel.as<T>() : others.get() + (part - 1) * size) + group * all.kernel();
    bool onto = false;
    for (std::int64_t n = part * c.batch / parts; n < (part + 1) * c.batch / parts; ++n) {
      const std::int64_t which = n * c.groups + group;
      for (std::int64_t j = 0; j < all.count; ++j, onto = true) {
        const Block b = block_of(all, j);
        const T* from = image.as<const T>() + which * all.patches.image();
        const Matrix<T> patches = patches_of(all, from, b, scratch);
        multiply(Product<T>{c.maps, all.k, b.columns, sum,
                            maps.as<const T>() + which * c.maps * all.columns + b.first,
                            all.columns, 1, patches.data, 1, patches.row, onto});
      }
    }
  });
  T* total = kernel.as<T>();
  for (std::int64_t part = 1; part < parts; ++part) {
    const T* sum = others.get() + (part - 1) * size;
    for (std::int64_t i = 0; i < size; ++i) total[i] += sum[i];
  }
}

bool is_empty(Ref x) { return x.layout->numel() == 0; }

}  // namespace

void convolve(Ref maps, Ref image, Ref kernel, const Ref* bias, const Convolution& c) {
  if (is_empty(maps)) return;
  dispatch_known_floating(maps.dtype, [&]<class T>(std::type_identity<T>) {
    if (is_empty(image) || is_empty(kernel)) {
      return fill_with<T>(maps, bias, c.batch, c.groups * c.maps);
    }
    forward<T>(maps, image, kernel, bias, c);
  });
}

void convolve_back(Ref image, Ref maps, Ref kernel, const Ref* bias, const Convolution& c) {
  if (is_empty(image)) return;
  dispatch_known_floating(image.dtype, [&]<class T>(std::type_identity<T>) {
    if (is_empty(maps) || is_empty(kernel)) {
      return fill_with<T>(image, bias, c.batch, c.groups * c.channels);
    }
    backward<T>(image, maps, kernel, bias, c);
  });
}

void correlate(Ref kernel, Ref maps, Ref image, const Convolution& c) {
  if (is_empty(kernel)) return;
  if (is_empty(maps) || is_empty(image)) return fill(kernel, 0);
  dispatch_known_floating(
      kernel.dtype, [&]<class T>(std::type_identity<T>) { to_kernel<T>(kernel, maps, image, c); });
}

}  // namespace tapegrad::kernels
