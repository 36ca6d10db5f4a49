// Every public function refuses an undefined tensor in its own name, and says which argument it is.
// tools/check_undefined_table.py compares the table with the headers.
#include "support/catch.hpp"
#include "support/errors.hpp"
#include "support/undefined_rows.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/checkpoint.hpp"
#include "tapegrad/gradcheck.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/names.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/index.hpp"
#include "tapegrad/ops/linalg.hpp"
#include "tapegrad/ops/loss.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "tapegrad/ops/shape.hpp"
#include "tapegrad/random.hpp"
#include "tapegrad/sparse_grad.hpp"
#include "tapegrad/tensor.hpp"

using namespace tapegrad;
using test::error_of;

namespace {

using Row = test::UndefinedRow;

const Tensor none;
const Tensor x = ones({2, 3});
const Tensor labels = tensor({0, 1});

Tensor writable() { return ones({2, 3}); }

std::vector<Row> properties() {
  return {
      {"dtype", 0, [] { none.dtype(); }},
      {"shape", 0, [] { none.shape(); }},
      {"size", 0, [] { none.size(0); }},
      {"strides", 0, [] { none.strides(); }},
      {"storage_offset", 0, [] { none.storage_offset(); }},
      {"dim", 0, [] { none.dim(); }},
      {"numel", 0, [] { none.numel(); }},
      {"is_contiguous", 0, [] { none.is_contiguous(); }},
      {"overlaps_itself", 0, [] { none.overlaps_itself(); }},
      {"version", 0, [] { none.version(); }},
      {"shares_storage_with", 0, [] { none.shares_storage_with(x); }},
      {"shares_storage_with", 1, [] { x.shares_storage_with(none); }},
      {"item", 0, [] { none.item<float>(); }},
      {"data", 0, [] { none.data<float>(); }},
      {"mutable_data", 0, [] { Tensor().mutable_data<float>(); }},
      {"to_vector", 0, [] { none.to_vector<float>(); }},
      {"requires_grad", 0, [] { none.requires_grad(); }},
      {"is_leaf", 0, [] { none.is_leaf(); }},
      {"requires_grad_", 0, [] { Tensor().requires_grad_(); }},
      {"grad", 0, [] { none.grad(); }},
      {"set_grad", 0, [] { Tensor().set_grad(x); }},
      {"sparse_grad", 1, [] { sparse_grad(none); }},
      {"detach", 0, [] { none.detach(); }},
      {"backward", 0, [] { none.backward(); }},
      {"backward", 0, [] { none.backward(x); }},
      {"backward", 1,
       [] {
         ones({2, 3}, {.requires_grad = true}).backward(none);
       }},
      {"operation", 0, [] { static_cast<void>(none.operation()); }},
      {"name", 0, [] { none.name(); }},
      {"named", 0, [] { none.named("x"); }},
      {"register_hook", 0, [] { none.register_hook([](const Tensor& g) { return g; }); }},
      {"register_post_accumulate_grad_hook", 0,
       [] { none.register_post_accumulate_grad_hook([](const Tensor&) {}); }},
      {"retain_grad", 0, [] { none.retain_grad(); }},
      {"retains_grad", 0, [] { static_cast<void>(none.retains_grad()); }},
  };
}

std::vector<Row> views_and_copies() {
  return {
      {"view", 0, [] { none.view({1}); }},
      {"reshape", 0, [] { none.reshape({1}); }},
      {"flatten", 0, [] { none.flatten(); }},
      {"transpose", 0, [] { none.transpose(0, 1); }},
      {"permute", 0, [] { none.permute({0}); }},
      {"t", 0, [] { none.t(); }},
      {"mT", 0, [] { none.mT(); }},
      {"select", 0, [] { none.select(0, 0); }},
      {"select", 0, [] { none[0]; }},
      {"slice", 0, [] { none.slice(0); }},
      {"narrow", 0, [] { none.narrow(0, 0, 1); }},
      {"expand", 0, [] { none.expand({1}); }},
      {"squeeze", 0, [] { none.squeeze(); }},
      {"squeeze", 0, [] { none.squeeze(0); }},
      {"unsqueeze", 0, [] { none.unsqueeze(0); }},
      {"index", 0,
       [] {
         none[{0, ellipsis}];
       }},
      {"contiguous", 0, [] { none.contiguous(); }},
      {"clone", 0, [] { none.clone(); }},
      {"to", 0, [] { none.to(float64); }},
      {"to_", 0, [] { Tensor().to_(float64); }},
  };
}

std::vector<Row> in_place() {
  return {
      {"add_", 0, [] { Tensor().add_(x); }},        {"add_", 0, [] { Tensor() += x; }},
      {"add_", 0, [] { Tensor() += 1; }},           {"add_", 1, [] { writable().add_(none); }},
      {"sub_", 0, [] { Tensor().sub_(x); }},        {"sub_", 0, [] { Tensor() -= 1; }},
      {"sub_", 1, [] { writable().sub_(none); }},   {"mul_", 0, [] { Tensor().mul_(x); }},
      {"mul_", 0, [] { Tensor() *= 1; }},           {"mul_", 1, [] { writable().mul_(none); }},
      {"div_", 0, [] { Tensor().div_(x); }},        {"div_", 0, [] { Tensor() /= 1; }},
      {"div_", 1, [] { writable().div_(none); }},   {"copy_", 0, [] { Tensor().copy_(x); }},
      {"copy_", 1, [] { writable().copy_(none); }}, {"fill_", 0, [] { Tensor().fill_(1); }},
      {"add_", 0, [] { Tensor().add_(x, 2); }},     {"add_", 1, [] { writable().add_(none, 2); }},
      {"sub_", 0, [] { Tensor().sub_(x, 2); }},     {"sub_", 1, [] { writable().sub_(none, 2); }},
      {"zero_", 0, [] { Tensor().zero_(); }},       {"uniform_", 1, [] { uniform_(none); }},
      {"normal_", 1, [] { normal_(none); }},
  };
}

std::vector<Row> arithmetic() {
  return {
      {"result_type", 1, [] { result_type(none, x); }},
      {"result_type", 2, [] { result_type(x, none); }},
      {"add", 1, [] { none + x; }},
      {"add", 1, [] { none + 1; }},
      {"add", 2, [] { x + none; }},
      {"add", 2, [] { 1 + none; }},
      {"sub", 1, [] { none - x; }},
      {"sub", 1, [] { none - 1; }},
      {"sub", 2, [] { x - none; }},
      {"sub", 2, [] { 1 - none; }},
      {"mul", 1, [] { none* x; }},
      {"mul", 1, [] { none * 1; }},
      {"mul", 2, [] { x* none; }},
      {"mul", 2, [] { 1 * none; }},
      {"div", 1, [] { none / x; }},
      {"div", 1, [] { none / 1; }},
      {"div", 2, [] { x / none; }},
      {"div", 2, [] { 1 / none; }},
      {"neg", 1, [] { -none; }},
      {"neg", 1, [] { neg(none); }},
      {"pow", 1, [] { pow(none, x); }},
      {"pow", 1, [] { pow(none, 2); }},
      {"pow", 2, [] { pow(x, none); }},
      {"pow", 2, [] { pow(2, none); }},
      {"maximum", 1, [] { maximum(none, x); }},
      {"maximum", 2, [] { maximum(x, none); }},
      {"minimum", 1, [] { minimum(none, x); }},
      {"minimum", 2, [] { minimum(x, none); }},
      {"eq", 1, [] { none == x; }},
      {"eq", 1, [] { none == 1; }},
      {"eq", 2, [] { x == none; }},
      {"ne", 1, [] { none != x; }},
      {"ne", 1, [] { none != 1; }},
      {"ne", 2, [] { x != none; }},
      {"lt", 1, [] { none < x; }},
      {"lt", 1, [] { none < 1; }},
      {"lt", 2, [] { x < none; }},
      {"le", 1, [] { none <= x; }},
      {"le", 1, [] { none <= 1; }},
      {"le", 2, [] { x <= none; }},
      {"gt", 1, [] { none > x; }},
      {"gt", 1, [] { none > 1; }},
      {"gt", 2, [] { x > none; }},
      {"ge", 1, [] { none >= x; }},
      {"ge", 1, [] { none >= 1; }},
      {"ge", 2, [] { x >= none; }},
      {"where", 1, [] { where(none, x, x); }},
      {"where", 1, [] { where(none, x, 0); }},
      {"where", 1, [] { where(none, 0, x); }},
      {"where", 2, [] { where(x == 1, none, x); }},
      {"where", 2, [] { where(x == 1, none, 0); }},
      {"where", 3, [] { where(x == 1, x, none); }},
      {"where", 3, [] { where(x == 1, 0, none); }},
      {"exp", 1, [] { exp(none); }},
      {"log", 1, [] { log(none); }},
      {"log1p", 1, [] { log1p(none); }},
      {"sqrt", 1, [] { sqrt(none); }},
      {"square", 1, [] { square(none); }},
      {"abs", 1, [] { abs(none); }},
      {"sign", 1, [] { sign(none); }},
      {"sigmoid", 1, [] { sigmoid(none); }},
      {"tanh", 1, [] { tanh(none); }},
      {"relu", 1, [] { relu(none); }},
      {"softplus", 1, [] { softplus(none); }},
      {"clamp", 1, [] { clamp(none, 0, 1); }},
      {"clamp_min", 1, [] { clamp_min(none, 0); }},
      {"clamp_max", 1, [] { clamp_max(none, 1); }},
      {"clamp", 2, [] { clamp(x, none, x); }},
      {"clamp", 3, [] { clamp(x, x, none); }},
      {"clamp_min", 2, [] { clamp_min(x, none); }},
      {"clamp_max", 2, [] { clamp_max(x, none); }},
      {"matmul", 1, [] { matmul(none, x); }},
      {"matmul", 2, [] { matmul(x, none); }},
      {"linear", 1, [] { nn::linear(none, x); }},
      {"linear", 2, [] { nn::linear(x, none); }},
  };
}

std::vector<Row> reductions() {
  return {
      {"sum", 1, [] { sum(none); }},
      {"sum", 1, [] { sum(none, 0); }},
      {"sum_to", 1, [] { sum_to(none, {1}); }},
      {"mean", 1, [] { mean(none); }},
      {"mean", 1, [] { mean(none, 0); }},
      {"var", 1, [] { var(none); }},
      {"std", 1, [] { tapegrad::std(none); }},
      {"var_mean", 1, [] { var_mean(none); }},
      {"std_mean", 1, [] { std_mean(none); }},
      {"count_nonzero", 1, [] { count_nonzero(none); }},
      {"any", 1, [] { any(none); }},
      {"all", 1, [] { all(none); }},
      {"max", 1, [] { max(none); }},
      {"max", 1, [] { max(none, 0); }},
      {"min", 1, [] { min(none); }},
      {"min", 1, [] { min(none, 0); }},
      {"amax", 1, [] { amax(none, 0); }},
      {"amin", 1, [] { amin(none, 0); }},
      {"argmax", 1, [] { argmax(none); }},
      {"argmax", 1, [] { argmax(none, 0); }},
      {"argmin", 1, [] { argmin(none); }},
      {"argmin", 1, [] { argmin(none, 0); }},
      {"softmax", 1, [] { softmax(none, 0); }},
      {"log_softmax", 1, [] { log_softmax(none, 0); }},
      {"logsumexp", 1, [] { logsumexp(none, 0); }},
  };
}

std::vector<Row> indices_and_parts() {
  return {
      {"index_select", 1, [] { index_select(none, 0, labels); }},
      {"index_select", 3, [] { index_select(x, 0, none); }},
      {"index_add", 1, [] { index_add(none, 0, labels, x); }},
      {"index_add", 3, [] { index_add(x, 0, none, x); }},
      {"index_add", 4, [] { index_add(x, 0, labels, none); }},
      {"gather", 1, [] { gather(none, 0, labels); }},
      {"gather", 3, [] { gather(x, 0, none); }},
      {"scatter_add", 1, [] { scatter_add(none, 0, labels, x); }},
      {"scatter_add", 3, [] { scatter_add(x, 0, none, x); }},
      {"scatter_add", 4, [] { scatter_add(x, 0, labels, none); }},
      {"one_hot", 1, [] { one_hot(none); }},
      {"split", 1, [] { split(none, 1); }},
      {"split", 1, [] { split(none, std::vector<std::int64_t>{1}); }},
      {"chunk", 1, [] { chunk(none, 1); }},
      {"empty_like", 1, [] { empty_like(none); }},
      {"full_like", 1, [] { full_like(none, 1); }},
      {"zeros_like", 1, [] { zeros_like(none); }},
      {"ones_like", 1, [] { ones_like(none); }},
      {"rand_like", 1, [] { rand_like(none); }},
      {"randn_like", 1, [] { randn_like(none); }},
      {"randint_like", 1, [] { randint_like(none, 0, 2); }},
      {"bernoulli", 1, [] { bernoulli(none); }},
      {"bernoulli_like", 1, [] { bernoulli_like(none, 0.5); }},
      {"set_state", 1, [] { Generator().set_state(none); }},
  };
}

std::vector<Row> losses_and_lists() {
  return {
      {"mse_loss", 1, [] { nn::mse_loss(none, x); }},
      {"mse_loss", 2, [] { nn::mse_loss(x, none); }},
      {"l1_loss", 1, [] { nn::l1_loss(none, x); }},
      {"l1_loss", 2, [] { nn::l1_loss(x, none); }},
      {"binary_cross_entropy", 1, [] { nn::binary_cross_entropy(none, x); }},
      {"binary_cross_entropy", 2, [] { nn::binary_cross_entropy(x, none); }},
      {"binary_cross_entropy_with_logits", 1,
       [] { nn::binary_cross_entropy_with_logits(none, x); }},
      {"binary_cross_entropy_with_logits", 2,
       [] { nn::binary_cross_entropy_with_logits(x, none); }},
      {"nll_loss", 1, [] { nn::nll_loss(none, labels); }},
      {"nll_loss", 2, [] { nn::nll_loss(x, none); }},
      {"cross_entropy", 1, [] { nn::cross_entropy(none, labels); }},
      {"cross_entropy", 2, [] { nn::cross_entropy(x, none); }},
      {"numeric_grad", 2, [] { numeric_grad([](const Tensor& v) { return v; }, none); }},
      {"tape", 1, [] { tape(none); }},
      {"tape_text", 1, [] { tape_text(none); }},
      {"tape_dot", 1, [] { tape_dot(none); }},
      {"trace_update", 2, [] { trace_update("sgd", none, x); }},
      {"name_where_used", 1, [] { name_where_used(none, "x"); }},
      {"copy_name", 1, [] { copy_name(none, x); }},
      {"copy_name", 2, [] { copy_name(x, none); }},
  };
}

/// The undefined tensor is the second of a list.
std::vector<Row> of_lists() {
  const auto f = [](const std::vector<Tensor>& in) { return in[0]; };
  return {
      {"cat", 1,
       [] {
         cat({x, none});
       }},
      {"stack", 1,
       [] {
         stack({x, none});
       }},
      {"grad", 1,
       [] {
         grad({x, none}, {x});
       }},
      {"grad", 2,
       [] {
         grad({x}, {x, none});
       }},
      {"gradcheck", 2,
       [f] {
         gradcheck(f, {x, none});
       }},
      {"jvp", 2,
       [f] {
         jvp(f, {x, none}, {x, x});
       }},
      {"jvp", 3,
       [f] {
         jvp(f, {x, x}, {x, none});
       }},
      {"vjp", 2,
       [f] {
         vjp(f, {x, none});
       }},
      {"jacobian", 2,
       [f] {
         jacobian(f, {x, none});
       }},
      {"hessian", 2,
       [f] {
         hessian(f, {x, none});
       }},
      {"hvp", 2,
       [f] {
         hvp(f, {x, none}, {x, x});
       }},
      {"hvp", 3,
       [f] {
         hvp(f, {x, x}, {x, none});
       }},
      {"vhp", 2,
       [f] {
         vhp(f, {x, none}, {x, x});
       }},
      {"vhp", 3,
       [f] {
         vhp(f, {x, x}, {x, none});
       }},
      {"checkpoint", 2,
       [f] {
         checkpoint(f, {x, none});
       }},
  };
}

}  // namespace

TEST_CASE("every function says in its own name which of its arguments is undefined",
          "[undefined]") {
  for (const auto& rows : {properties(), views_and_copies(), in_place(), arithmetic(), reductions(),
                           indices_and_parts(), losses_and_lists()}) {
    test::check_undefined(rows);
  }
}

TEST_CASE("a function of a list says where in it a tensor is undefined", "[undefined]") {
  for (const Row& row : of_lists()) {
    CHECK(error_of(row.call) == row.name + ": argument " + std::to_string(row.place) +
                                    " holds an undefined tensor at 1: " + test::how_undefined);
  }
}

TEST_CASE("undefined arguments are refused where nothing is recorded, and in a trace",
          "[undefined]") {
  const std::string message =
      "argument 2 is an undefined tensor: " + std::string(test::how_undefined);
  const NoGrad guard;
  CHECK(error_of([] { x + none; }) == "add: " + message);
  CHECK(error_of([] { trace([] { x + none; }); }) == "add: " + message);
}
