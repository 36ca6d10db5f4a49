// Mistakes, one in a line, and behind each what the compiler says to write: misspelt_test.py looks
// whether it says that, and nothing else.
#include <complex>
#include <string>
#include <tuple>
#include <vector>

#include "tapegrad/custom.hpp"
#include "tapegrad/nn/activation.hpp"
#include "tapegrad/nn/conv.hpp"
#include "tapegrad/nn/dropout.hpp"
#include "tapegrad/nn/embedding.hpp"
#include "tapegrad/nn/linear.hpp"
#include "tapegrad/nn/loss.hpp"
#include "tapegrad/nn/pool.hpp"
#include "tapegrad/nn/recurrent.hpp"
#include "tapegrad/nn/transformer.hpp"
#include "tapegrad/nn/upsample.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/optim/sgd.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;

namespace {

struct Holder : nn::Module {
  Tensor tensor;
  std::tuple<nn::Parameter> parts;
  void visit(nn::Visitor&) override {}
};

Tensor same(const Tensor& x) { return x; }
int number(const Tensor&, const Tensor&, const Tensor&) { return 5; }

}  // namespace

// clang-format off
void number_in_variable(Tensor x) { x = 5; }                           // says: write x.fill_(value), or x = tensor(value)
void number_in_view(Selection x) { x = 0.5; }                          // says: write x.fill_(value), or x = tensor(value)
void shape_in_place(Tensor x) { x.squeeze_(); }                        // says: write x = x.squeeze(), for example
void dims_in_place(Tensor x) { x.transpose_(0, 1); }                   // says: write x = x.squeeze(), for example
void stride_of_pool() { nn::MaxPool2d p({3, 2}, {2, 1}); }              // says: name the options: {.stride = {2, 1}}
void retained(const Tensor& x) { x.backward(true); }                   // says: write backward({.retain_graph = true})
void fraction(const Tensor& x) { x[1.5]; }                              // says: an index is an integer, a Slice or a tensor
void complex_numbers() { tensor(std::vector<std::complex<float>>{}); } // says: write two tensors
void constants(const float* p) { from_blob(p, {2}); }                  // says: write tensor(std::span(data, n))
void short_vjp(const Tensor& x) { custom("f", same, same)(x); }        // says: write a vjp that takes what forward takes, its result and a gradient
void shared(nn::Linear& l) { auto w = l.weight; }                      // says: write Tensor w = x for the tensor itself
void plain(nn::Visitor& v, Holder& h) { v("tensor", h.tensor); }       // says: visit a Parameter, Buffer or Module
void tuple(nn::Visitor& v, Holder& h) { v("parts", h.parts); }         // says: visit a Parameter, Buffer or Module
void char_as_size() { zeros('a'); }                                     // says: write an integer: neither bool nor char is one here
void bool_in_sizes() { zeros({true, 2}); }                              // says: write an integer: neither bool nor char is one here
void bool_as_dim(const Tensor& x) { x.sum(true); }                      // says: write an integer: neither bool nor char is one here
void probability() { nn::Dropout d(true); }                             // says: write a number: neither bool nor char is one here
void filled_by_char(Tensor x) { x.bernoulli_('a'); }                    // says: write a number: neither bool nor char is one here
void rate(nn::Linear& l) { optim::SGD s(l, L'a'); }                     // says: write a number: neither bool nor char is one here
void momentum(nn::Linear& l) { optim::SGD s(l.parameters(), 0.1, 0.9); } // says: name the options: {.lr = 0.1, .momentum = 0.9}
void char_as_features() { nn::Linear l(3, L'a'); }                      // says: write an integer: neither bool nor char is one here
void option_of_bags() { nn::EmbeddingBag b(10, 3, 0); }                 // says: name it: {.max_norm = 2}, or {.padding_idx = 0}
void size_of_images() { nn::Upsample u({4, 4}); }                       // says: name it: {.size = {4, 4}}
void delta() { nn::HuberLoss l(0.5); }                                  // says: name the options: {.delta = 0.5}, for example
void margin() { nn::TripletMarginLoss l(0.5); }                         // says: name the options: {.margin = 0.5}, for example
void threshold() { nn::Softplus s(1.0, 20.0); }                         // says: write Softplus(beta)
void size_or_factor() { nn::Upsample u(2); }                            // says: name it: {.scale_factor = {2}}
void sizes() { nn::Transformer t(512, 8); }                             // says: name the options: {.d_model = 512, .nhead = 8}
void hook(Tensor x) { x.register_hook([](Tensor& g) { g.zero_(); }); }   // says: write a hook that takes const Tensor& and returns what replaces it
void vjp_of_int(const Tensor& x) { custom("f", same, number)(x); }      // says: write a vjp that gives a tensor, or a list of them
void looked_at(nn::Visitor& v, const nn::Linear& l) { v("layer", l); }   // says: write void visit(nn::Visitor&) override, which isn't const
void no_threshold(const Tensor& x) { softplus(x, 1, 20); }               // says: write softplus(x, beta): it is exact without a threshold
void no_threshold_there(const Tensor& x) { x.softplus(1, 20.0); }       // says: write softplus(x, beta): it is exact without a threshold
void power_of_char(const Tensor& x) { x.pow('a'); }                     // says: write a number: char is none here
void char_as_channels() { nn::Conv2d c(1, u8'a', 3); }                  // says: write an integer: neither bool nor char is one here
void char_as_hidden_size() { nn::LSTM l(3, u'a'); }                     // says: write an integer: neither bool nor char is one here
void char_as_dim(const Tensor& x) { x.softmax(U'a'); }                  // says: write an integer: neither bool nor char is one here
void no_dim(const Tensor& x) { x.unsqueeze({}); }                       // says: tapegrad::AsDim
void no_dims(const Tensor& x) { x.transpose({}, 1); }                   // says: tapegrad::AsDim
void device(const Tensor& x) { x.cuda(); }                              // says: there are no devices: leave it out
void list(const Tensor& x) { x.tolist(); }                              // says: write to_vector<float>()
void pointer(const Tensor& x) { x.data_ptr<float>(); }                  // says: write data<float>(), or mutable_data<float>()
void set_to_none(optim::SGD& s) { s.zero_grad(true); }                  // says: write zero_grad(), which drops gradients
void mode(const Tensor& x) { pad(x, {1, 1}, "reflect"); }               // says: write the mode as PadMode::reflect, for example
void training(const Tensor& x) { nn::dropout(x, 0.5, true); }           // says: write dropout(x, p), while training alone
// clang-format on
