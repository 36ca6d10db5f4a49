// Convolutions, pools and norms: a small network with them, and each forward and backward.
#include <memory>

#include "training.hpp"

namespace versus {
namespace {

#if LIBRARY_IS(OURS)
namespace nn = tapegrad::nn;
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t padding) {
  return nn::conv2d(x, weight, bias, {.padding = padding});
}
Tensor max_pool(const Tensor& x, std::int64_t size) { return nn::max_pool2d(x, size); }
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return nn::layer_norm(x, weight.shape(), weight, bias);
}
Tensor group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return nn::group_norm(x, 8, weight, bias);
}
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return nn::batch_norm(x, {}, {}, weight, bias, {.training = true});
}
Tensor rms_norm(const Tensor& x, const Tensor& weight) {
  return nn::rms_norm(x, weight.shape(), weight);
}
void forget_gradient(Tensor& x) { x.set_grad({}); }
#elif LIBRARY_IS(TORCH)
Tensor conv(const Tensor& x, const Tensor& weight, const Tensor& bias, std::int64_t padding) {
  return at::conv2d(x, weight, bias, 1, padding);
}
Tensor max_pool(const Tensor& x, std::int64_t size) { return at::max_pool2d(x, size); }
Tensor layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return at::layer_norm(x, weight.sizes(), weight, bias);
}
Tensor group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return at::group_norm(x, 8, weight, bias);
}
Tensor batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return at::batch_norm(x, weight, bias, {}, {}, true, 0.1, 1e-5, false);
}
Tensor rms_norm(const Tensor& x, const Tensor& weight) {
  return at::rms_norm(x, weight.sizes(), weight);
}
void forget_gradient(Tensor& x) { x.mutable_grad().reset(); }
#endif

#if LIBRARY_IS(OURS) || LIBRARY_IS(TORCH)
/// LeCun's of 1998, with relu and maxima, of images of 28 x 28.
std::vector<Tensor> lenet_parameters() {
  std::vector<Tensor> parameters;
  for (const Shape& shape :
       {Shape{6, 1, 5, 5}, Shape{16, 6, 5, 5}, Shape{120, 400}, Shape{84, 120}, Shape{10, 84}}) {
    for (const Shape& part : {shape, Shape{shape[0]}}) {
      Tensor p = (uniform(part) - 0.5F) * 0.1F;
      p.requires_grad_(true);
      parameters.push_back(p);
    }
  }
  return parameters;
}

Work lenet() {
  constexpr std::int64_t batch = 64;
  const std::vector<Tensor> p = lenet_parameters();
  const auto sgd = std::make_shared<SGD>(p, sgd_options);
  return [=, x = uniform({batch, 1, 28, 28}), y = labels(batch)] {
    Tensor h = max_pool(lib::relu(conv(x, p[0], p[1], 2)), 2);
    h = max_pool(lib::relu(conv(h, p[2], p[3], 0)), 2);
    h = lib::relu(layer(h.view({batch, 400}), p[4], p[5]));
    h = lib::relu(layer(h, p[6], p[7]));
    descend(*sgd, cross_entropy(layer(h, p[8], p[9]), y));
  };
}

/// f(parameters), and the gradients of all of them for a gradient of ones.
template <class F>
Work forward_and_backward(const std::vector<Shape>& shapes, F f) {
  std::vector<Tensor> p;
  for (const Shape& shape : shapes) p.push_back(parameter(shape));
  return [p, f, g = lib::ones_like(f(p)).detach()] {
    for (Tensor x : p) forget_gradient(x);
    f(p).backward(g);
  };
}

const Shape images{64, 32, 26, 26};
const Shape scores{4096, 10};
#endif

void add_pools(Group& group) {
  group.add("max_pool 2 x 2 [64, 32, 26, 26], forward",
            [] { TENSORS(return [x = uniform(images)] { keep(max_pool(x, 2)); };) });
  group.add("max_pool 2 x 2 [64, 32, 26, 26], with backward", [] {
    TENSORS(return forward_and_backward({images}, [](const auto& p) { return max_pool(p[0], 2); });)
  });
}

constexpr const char* in_float64 = "moments and their gradients are sums in float64";

void add_norms(Group& group) {
  group.add(
      "layer_norm [8192, 256], with backward",
      [] {
        TENSORS(return forward_and_backward({{8192, 256}, {256}, {256}}, [](const auto& p) {
                         return layer_norm(p[0], p[1], p[2]);
                       });)
      },
      in_float64);
  group.add("rms_norm [8192, 256], with backward", [] {
    TENSORS(return forward_and_backward({{8192, 256}, {256}},
                                        [](const auto& p) { return rms_norm(p[0], p[1]); });)
  });
  group.add(
      "group_norm [64, 32, 26, 26], 8 groups, with backward",
      [] {
        TENSORS(return forward_and_backward({images, {32}, {32}}, [](const auto& p) {
                         return group_norm(p[0], p[1], p[2]);
                       });)
      },
      in_float64);
  group.add("batch_norm [64, 32, 26, 26], with backward", [] {
    TENSORS(return forward_and_backward({images, {32}, {32}}, [](const auto& p) {
                     return batch_norm(p[0], p[1], p[2]);
                   });)
  });
}

/// What classifiers end with: many short rows.
void add_classes(Group& group) {
  group.add("softmax [4096, 10], with backward", [] {
    TENSORS(
        return forward_and_backward({scores}, [](const auto& p) { return lib::softmax(p[0], 1); });)
  });
  group.add("log_softmax [4096, 10], with backward", [] {
    TENSORS(return forward_and_backward({scores},
                                        [](const auto& p) { return lib::log_softmax(p[0], 1); });)
  });
  group.add("cross_entropy [4096, 10], with backward", [] {
    TENSORS(return forward_and_backward({scores}, [y = labels(scores[0])](const auto& p) {
                     return cross_entropy(p[0], y);
                   });)
  });
}

}  // namespace

Group layers() {
  Group group{"Layers, float32", {}};
  group.add("LeNet step, batch 64, SGD", [] { TENSORS(return lenet();) });
  add_pools(group);
  add_norms(group);
  add_classes(group);
  return group;
}

}  // namespace versus
