// A training step of a multilayer perceptron with relu and cross entropy, every product a call of
// cblas.
#pragma once

#include <cblas.h>

#include <vector>

#include "adam.hpp"
#include "softmax.hpp"

namespace limits {

struct Layer {
  int in;
  int out;
  float* weight;  // [out, in]
  float* bias;
  float* weight_gradient;
  float* bias_gradient;
};

class Mlp {
 public:
  Mlp(int batch, const std::vector<int>& sizes)
      : batch_(batch), classes_(sizes.back()), input_(random(std::int64_t{batch} * sizes[0])) {
    std::int64_t count = 0;
    for (std::size_t i = 1; i < sizes.size(); ++i) count += (sizes[i - 1] + 1) * sizes[i];
    parameters_ = random(count);
    for (float& p : parameters_) p = (p - 0.5F) * 0.1F;
    gradients_ = zeros(count);
    std::int64_t at = 0;
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      const int in = sizes[i - 1], out = sizes[i];
      float* const p = parameters_.data() + at;
      float* const g = gradients_.data() + at;
      layers_.push_back({in, out, p, p + in * out, g, g + in * out});
      outputs_.push_back(zeros(std::int64_t{batch} * out));
      deltas_.push_back(zeros(std::int64_t{batch} * out));
      at += (in + 1) * out;
    }
    for (int i = 0; i < batch; ++i) labels_.push_back(i % classes_);
  }
  Mlp(Mlp&&) = default;
  Mlp(const Mlp&) = delete;

  std::int64_t count() const { return static_cast<std::int64_t>(parameters_.size()); }

  void sgd_step(float rate) {
    compute_gradients();
    cblas_saxpy(static_cast<int>(count()), -rate, gradients_.data(), 1, parameters_.data(), 1);
  }

  void adam_step(Adam& adam, float rate) {
    compute_gradients();
    adam.step(parameters_.data(), gradients_.data(), rate);
  }

  float loss() const { return loss_; }

 private:
  const float* into(std::size_t layer) const {
    return layer == 0 ? input_.data() : outputs_[layer - 1].data();
  }

  void compute_gradients() {
    for (std::size_t i = 0; i < layers_.size(); ++i) forward(i);
    leave_loss_gradient();
    for (std::size_t i = layers_.size(); i-- > 0;) backward(i);
  }

  void forward(std::size_t i) {
    const Layer& l = layers_[i];
    float* const y = outputs_[i].data();
    for (int r = 0; r < batch_; ++r) std::copy(l.bias, l.bias + l.out, y + r * l.out);
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, batch_, l.out, l.in, 1, into(i), l.in,
                l.weight, l.in, 1, y, l.out);
    if (i + 1 == layers_.size()) return;
    for (int k = 0; k < batch_ * l.out; ++k) y[k] = y[k] > 0 ? y[k] : 0;
  }

  /// (softmax - one hot) / batch of the last layer's output.
  void leave_loss_gradient() {
    const Buffer& logits = outputs_.back();
    Buffer& delta = deltas_.back();
    loss_ = 0;
    for (int r = 0; r < batch_; ++r) {
      float* const d = delta.data() + r * classes_;
      softmax_row(d, logits.data() + r * classes_, classes_);
      loss_ -= std::log(d[labels_[r]]) / static_cast<float>(batch_);
      d[labels_[r]] -= 1;
      for (int c = 0; c < classes_; ++c) d[c] /= static_cast<float>(batch_);
    }
  }

  void backward(std::size_t i) {
    const Layer& l = layers_[i];
    const float* const d = deltas_[i].data();
    cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, l.out, l.in, batch_, 1, d, l.out, into(i),
                l.in, 0, l.weight_gradient, l.in);
    std::fill(l.bias_gradient, l.bias_gradient + l.out, 0.F);
    for (int r = 0; r < batch_; ++r) {
      for (int c = 0; c < l.out; ++c) l.bias_gradient[c] += d[r * l.out + c];
    }
    if (i == 0) return;
    float* const below = deltas_[i - 1].data();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, batch_, l.in, l.out, 1, d, l.out,
                l.weight, l.in, 0, below, l.in);
    const float* const y = outputs_[i - 1].data();
    for (int k = 0; k < batch_ * l.in; ++k) below[k] = y[k] > 0 ? below[k] : 0;
  }

  int batch_;
  int classes_;
  Buffer input_;
  Buffer parameters_;
  Buffer gradients_;
  std::vector<Layer> layers_;
  std::vector<Buffer> outputs_;
  std::vector<Buffer> deltas_;
  std::vector<int> labels_;
  float loss_ = 0;
};

}  // namespace limits
