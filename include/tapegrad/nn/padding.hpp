// More elements at the edges, as layers: pad() of ops/shape/pad.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tapegrad/nn/module.hpp"
#include "tapegrad/ops/shape/pad.hpp"

namespace [[gnu::visibility("default")]] tapegrad {
namespace nn {

namespace detail {

/// What all of them are besides their mode and rank.
class Padding : public Layer {
 public:
  Tensor forward(const Tensor& x) const override;
  std::string extra_repr() const override;

 protected:
  enum class Shows { widths, value };
  /// Throws Error for another number of widths than one, or two for each of `rank` dimensions.
  Padding(const Dims& widths, std::size_t rank, PadMode mode, double value = 0,
          Shows shows = Shows::widths);

 private:
  std::vector<std::int64_t> widths_;
  std::size_t rank_;
  PadMode mode_;
  double value_;
  Shows shows_;
};

/// Of lines, images and volumes: one width for all edges, or {left, right, top, bottom, ...}.
template <std::size_t rank, PadMode mode>
struct PaddingOf : Padding {
  explicit PaddingOf(const Dims& padding) : Padding(padding, rank, mode) {}
};

template <std::size_t rank>
struct ConstantPadding : Padding {
  ConstantPadding(const Dims& padding, double value)
      : Padding(padding, rank, PadMode::constant, value, Shows::value) {}
};

}  // namespace detail

// Each throws as pad(), and those that repeat elements ShapeError unless x is [n, channels, ...] or
// [channels, ...].

struct ConstantPad1d : detail::ConstantPadding<1> {
  using ConstantPadding::ConstantPadding;
};
struct ConstantPad2d : detail::ConstantPadding<2> {
  using ConstantPadding::ConstantPadding;
};
struct ConstantPad3d : detail::ConstantPadding<3> {
  using ConstantPadding::ConstantPadding;
};
struct ZeroPad1d : detail::PaddingOf<1, PadMode::constant> {
  using PaddingOf::PaddingOf;
};
struct ZeroPad2d : detail::PaddingOf<2, PadMode::constant> {
  using PaddingOf::PaddingOf;
};
struct ZeroPad3d : detail::PaddingOf<3, PadMode::constant> {
  using PaddingOf::PaddingOf;
};
struct ReflectionPad1d : detail::PaddingOf<1, PadMode::reflect> {
  using PaddingOf::PaddingOf;
};
struct ReflectionPad2d : detail::PaddingOf<2, PadMode::reflect> {
  using PaddingOf::PaddingOf;
};
struct ReflectionPad3d : detail::PaddingOf<3, PadMode::reflect> {
  using PaddingOf::PaddingOf;
};
struct ReplicationPad1d : detail::PaddingOf<1, PadMode::replicate> {
  using PaddingOf::PaddingOf;
};
struct ReplicationPad2d : detail::PaddingOf<2, PadMode::replicate> {
  using PaddingOf::PaddingOf;
};
struct ReplicationPad3d : detail::PaddingOf<3, PadMode::replicate> {
  using PaddingOf::PaddingOf;
};
struct CircularPad1d : detail::PaddingOf<1, PadMode::circular> {
  using PaddingOf::PaddingOf;
};
struct CircularPad2d : detail::PaddingOf<2, PadMode::circular> {
  using PaddingOf::PaddingOf;
};
struct CircularPad3d : detail::PaddingOf<3, PadMode::circular> {
  using PaddingOf::PaddingOf;
};

}  // namespace nn
}  // namespace tapegrad
