// Every public function refuses an undefined tensor in its own name, and says which argument it is.
// Calls of ops/ are made of its headers; tools/check_undefined_table.py compares the rest with the
// others.
#include "calls.hpp"
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
      {"stride", 0, [] { none.stride(0); }},
      {"storage_offset", 0, [] { none.storage_offset(); }},
      {"dim", 0, [] { none.dim(); }},
      {"numel", 0, [] { none.numel(); }},
      {"is_contiguous", 0, [] { none.is_contiguous(); }},
      {"overlaps_itself", 0, [] { none.overlaps_itself(); }},
      {"version", 0, [] { none.version(); }},
      {"shares_storage_with", 0, [] { none.shares_storage_with(x); }},
      {"shares_storage_with", 1, [] { x.shares_storage_with(none); }},
      {"shape", 0, [] { none.sizes(); }},
      {"dim", 0, [] { none.ndim(); }},
      {"item", 0, [] { none.item<float>(); }},
      {"bool", 0, [] { static_cast<void>(static_cast<bool>(none)); }},
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
      {"T", 0, [] { none.T(); }},
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
      {"fill_", 1, [] { writable().fill_(none); }}, {"zero_", 0, [] { Tensor().zero_(); }},
      {"uniform_", 1, [] { uniform_(none); }},      {"normal_", 1, [] { normal_(none); }},
  };
}

std::vector<Row> brackets() {
  return {
      {"index", 0, [] { none[labels]; }},
      {"index", 1, [] { x[none]; }},
      {"begin", 0, [] { none.begin(); }},
      {"end", 0, [] { none.end(); }},
      {"fill_diagonal_", 0, [] { Tensor().fill_diagonal_(1); }},
      {"masked_fill_", 0, [] { Tensor().masked_fill_(x > 0, 0); }},
      {"masked_fill_", 1, [] { writable().masked_fill_(none, 0); }},
      {"where", 0, [] { none.where(x > 0, x); }},
      {"where", 0, [] { none.where(x > 0, 0); }},
  };
}

std::vector<Row> random_numbers() {
  return {
      {"rand_like", 1, [] { rand_like(none); }},
      {"randn_like", 1, [] { randn_like(none); }},
      {"randint_like", 1, [] { randint_like(none, 0, 2); }},
      {"bernoulli", 1, [] { bernoulli(none); }},
      {"bernoulli_like", 1, [] { bernoulli_like(none, 0.5); }},
      {"multinomial", 1, [] { multinomial(none, 1); }},
      {"uniform_", 0, [] { Tensor().uniform_(); }},
      {"normal_", 0, [] { Tensor().normal_(); }},
      {"bernoulli_", 0, [] { Tensor().bernoulli_(); }},
      {"bernoulli_", 0, [] { Tensor().bernoulli_(x); }},
      {"bernoulli_", 1, [] { writable().bernoulli_(none); }},
      {"random_", 0, [] { Tensor().random_(0, 2); }},
      {"exponential_", 0, [] { Tensor().exponential_(); }},
      {"set_state", 1, [] { Generator().set_state(none); }},
  };
}

std::vector<Row> of_the_tape() {
  return {
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
  for (const auto& rows : {properties(), views_and_copies(), in_place(), brackets(),
                           random_numbers(), of_the_tape()}) {
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

TEST_CASE("every function of ops says which of its arguments is undefined", "[undefined]") {
  for (const test::UndefinedCall& one : test::undefined_calls()) {
    const std::string place = "argument " + std::to_string(one.place);
    const std::string which =
        place + (one.is_list ? " holds an undefined tensor at 1: " : " is an undefined tensor: ");
    CHECK(error_of(one.call) == std::string(one.name) + ": " + which + test::how_undefined);
  }
}
