// backward(), grad() and what a tensor tells of its place on the tape.
#include <algorithm>
#include <array>

#include "autograd/apply.hpp"
#include "autograd/capture.hpp"
#include "autograd/engine.hpp"
#include "autograd/gradients.hpp"
#include "autograd/mode.hpp"
#include "autograd/row_gradient.hpp"
#include "autograd/trace.hpp"
#include "core/check.hpp"
#include "core/extras.hpp"
#include "core/fixed_text.hpp"
#include "core/naming.hpp"
#include "core/tensor_impl.hpp"
#include "tapegrad/autograd.hpp"
#include "tapegrad/graph.hpp"
#include "tapegrad/ops/create.hpp"
#include "tapegrad/ops/shape/join.hpp"

namespace tapegrad {
namespace {

/// What a reverse pass starts with: `gradient`, or 1 where none was given.
Tensor seed(std::string_view operation, const Tensor& root, const Tensor& gradient) {
  refuse_symbolic(operation, root,
                  "gradients() and minimize() make its derivatives operations of that");
  check<AutogradError>(root.requires_grad(),
                       "{}: a tensor of shape {} that isn't tracked; nothing below it requires "
                       "grad, or it was made under NoGrad",
                       operation, root.shape());
  check_history(operation, root);
  if (!gradient.defined()) {
    check<AutogradError>(root.numel() == 1,
                         "{}: needs a gradient for a non-scalar: shape {}; pass one of that "
                         "shape, or take sum() or mean() first",
                         operation, root.shape());
    return full(root.shape(), 1, {.dtype = root.dtype()});
  }
  check<ShapeError>(gradient.shape() == root.shape(),
                    "{}: the gradient's shape differs: {} for a tensor of shape {}", operation,
                    gradient.shape(), root.shape());
  return gradient.to(root.dtype());
}

void run_pass(const Tensor& root, const Tensor& gradient, Tensor::BackwardOptions options) {
  const NoGrad guard;
  ReversePass pass(options.retain_graph ? ReversePass::Graph::keep : ReversePass::Graph::free);
  Tensor start = seed("backward", root, gradient);
  pass.start(root.impl()->node, std::move(start));
  pass.run();
}

/// What the library throws in f gets the place of the call from which it runs.
template <class F>
auto at(CallSite site, std::string_view operation, const F& f) {
  try {
    return with_room(operation, f);
  } catch (Error& error) {
    std::array<char, 512> place{};  // not on the heap, which may be what is at its end
    FixedText(place) << operation << " at " << site.file() << ":" << std::uint64_t{site.line()};
    error.add_place(place.data());
    throw;
  }
}

void run_backward(const Tensor& root, const Tensor& gradient, Tensor::BackwardOptions options,
                  CallSite site) {
  const auto run = [&] { run_pass(root, gradient, options); };
  at(site, "backward", [&] {
    if (tracing()) return backward_traced(root, run);
    run();
  });
}

}  // namespace

void detail::OnTape::backward(CallSite site) const { backward(BackwardOptions{}, site); }
void detail::OnTape::backward(BackwardOptions options, CallSite site) const {
  check_defined_self("backward", self());
  run_backward(self(), Tensor(), options, site);
}

void detail::OnTape::backward(const Tensor& gradient, BackwardOptions options,
                              CallSite site) const {
  check_defined_self("backward", self(), gradient);
  run_backward(self(), gradient, options, site);
}

namespace {

void check_grad_outputs(std::size_t outputs, const std::vector<Tensor>& given) {
  check_all_defined("grad", "grad_outputs", given);
  check<AutogradError>(given.empty() || given.size() == outputs,
                       "grad: {} grad_outputs for {} outputs; pass one for each, or none",
                       given.size(), outputs);
}

std::vector<Tensor> run_limited(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs, const GradOptions& options) {
  check_grad_outputs(outputs.size(), options.grad_outputs);
  std::vector<Ptr<Node>> wanted;
  for (const Tensor& input : inputs) {
    check<AutogradError>(input.requires_grad(),
                         "grad: an input of shape {} doesn't require grad; call requires_grad_()",
                         input.shape());
    check_history("grad", input);
    wanted.push_back(input.impl()->node);
  }
  const GradMode guard(options.create_graph);
  const bool keep = options.retain_graph.value_or(options.create_graph);
  ReversePass pass(keep ? ReversePass::Graph::keep : ReversePass::Graph::free);
  std::vector<Tensor> seeds;
  std::vector<Ptr<Node>> roots;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor given = options.grad_outputs.empty() ? Tensor() : options.grad_outputs[i];
    seeds.push_back(seed("grad", outputs[i], given));
    roots.push_back(outputs[i].impl()->node);
  }
  pass.limit_to(roots, wanted);
  for (std::size_t i = 0; i < roots.size(); ++i) pass.start(roots[i], std::move(seeds[i]));
  pass.run();
  std::vector<Tensor> results;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    results.push_back(pass.collected(i));
    check<AutogradError>(results.back().defined() || options.allow_unused,
                         "grad: input {} of shape {} was not used to compute the outputs; pass "
                         "allow_unused = true to get an undefined tensor for it",
                         i, inputs[i].shape());
  }
  return results;
}

/// The i-th slices of all.
std::vector<Tensor> slices_at(std::int64_t i, const std::vector<Tensor>& all) {
  std::vector<Tensor> slices;
  for (const Tensor& x : all) slices.push_back(x.select(0, i));
  return slices;
}

std::int64_t batch_size(const std::vector<Tensor>& grad_outputs) {
  check<AutogradError>(!grad_outputs.empty(),
                       "grad: is_grads_batched needs grad_outputs, whose first dimension is the "
                       "batch");
  for (const Tensor& g : grad_outputs) {
    check<ShapeError>(g.dim() > 0 && g.size(0) == grad_outputs[0].size(0),
                      "grad: is_grads_batched: grad_outputs of shapes {} and {}; their first "
                      "dimensions must be as long as one another",
                      grad_outputs[0].shape(), g.shape());
  }
  return grad_outputs[0].size(0);
}

/// A pass for each slice of grad_outputs; the last of them frees the graph, if that is asked for.
std::vector<Tensor> run_batched(const std::vector<Tensor>& outputs,
                                const std::vector<Tensor>& inputs, const GradOptions& options) {
  check_all_defined("grad", "grad_outputs", options.grad_outputs);
  const std::int64_t count = batch_size(options.grad_outputs);
  check<ShapeError>(count > 0, "grad: is_grads_batched: a batch of no gradients");
  std::vector<std::vector<Tensor>> rows(inputs.size());
  for (std::int64_t i = 0; i < count; ++i) {
    GradOptions single = options;
    single.grad_outputs = slices_at(i, options.grad_outputs);
    if (i + 1 < count) single.retain_graph = true;
    const std::vector<Tensor> found = run_limited(outputs, inputs, single);
    for (std::size_t k = 0; k < found.size(); ++k) rows[k].push_back(found[k]);
  }
  const GradMode guard(options.create_graph);
  std::vector<Tensor> results;
  for (const std::vector<Tensor>& row : rows) {
    results.push_back(row[0].defined() ? stack(row) : Tensor());
  }
  return results;
}

}  // namespace

std::vector<Tensor> gradients(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                              const GradOptions& options) {
  const auto run = [&] {
    return options.is_grads_batched ? run_batched(outputs, inputs, options)
                                    : run_limited(outputs, inputs, options);
  };
  // A recorded reverse pass consists of operations, which are listed one by one.
  if (tracing() && !options.create_graph) return grad_traced(outputs, inputs, run);
  return run();
}

std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options, CallSite site) {
  check_defined("grad", outputs, inputs);
  return at(site, "grad", [&] { return gradients(outputs, inputs, options); });
}

bool detail::OnTape::requires_grad() const {
  return static_cast<bool>(node_of(self(), "requires_grad"));
}

bool detail::OnTape::is_leaf() const {
  const Ptr<Node>& node = node_of(self(), "is_leaf");
  return !node || node->is_leaf();
}

Tensor& detail::OnTape::requires_grad_(bool value) {
  TensorImpl& x = impl_of(self(), "requires_grad_");
  if (value == static_cast<bool>(x.node)) return self();
  refuse_captured_once("requires_grad_", self());
  refuse_symbolic("requires_grad_", self(),
                  "make it a variable() of the graph to train it, or ask for gradients()");
  if (!value) {
    check<AutogradError>(is_leaf(),
                         "requires_grad_: this tensor of shape {} is the result of {}; use "
                         "detach() for one outside the tape",
                         shape(), operation());
    x.node = Ptr<Node>();
    return self();
  }
  check<DTypeError>(is_floating(x.dtype),
                    "requires_grad_: only floating-point tensors have derivatives, this is {}; "
                    "convert it with to(float32)",
                    x.dtype);
  x.node = Ptr<Node>(new LeafNode(x.dtype, x.layout.shape()));
  if (const Scope* label = x.label) set_label(*x.node, label);
  return self();
}

Tensor detail::OnTape::grad() const {
  const Ptr<Node>& node = node_of(self(), "grad");
  if (is_captured() && node && node->is_leaf()) [[unlikely]]
    return captured_grad(node);
  Collected* collected = collected_of(node);
  if (!collected) return {};
  Tensor grad = collected->grad();
  if (grad.defined() && !has_bytes(grad)) [[unlikely]]
    return dense_grad(*collected);
  return grad;
}

std::uint32_t detail::received(const Tensor& leaf) {
  const Ptr<Node>& node = impl_of(leaf).node;
  return node && node->is_leaf() ? static_cast<const LeafNode&>(*node).received.load() : 0;
}

void detail::OnTape::set_grad(const Tensor& grad) {
  Collected* collected = collected_of(node_of(self(), "set_grad"));
  check<AutogradError>(collected != nullptr,
                       "set_grad: a tensor of shape {} that is not a leaf requiring grad; "
                       "retain_grad() lets the result of an operation have one",
                       shape());
  if (grad.defined()) {
    check<ShapeError>(grad.shape() == shape(), "set_grad: shape {} for a tensor of shape {}",
                      grad.shape(), shape());
    check<DTypeError>(grad.dtype() == dtype(), "set_grad: {} for a tensor of {}; convert it first",
                      grad.dtype(), dtype());
  }
  const Tensor its = grad.defined() ? grad.detach() : Tensor();
  if (is_captured() && is_leaf()) return captured_set_grad(impl()->node, its);
  collected->set_grad(its);
}

Tensor detail::OnTape::detach() const {
  check_defined_self("detach", self());
  if (is_captured()) [[unlikely]]
    captured_look(self());
  if (is_traced() && is_symbolic(self())) [[unlikely]]
    return deferred_detach(self());
  return make_alias(self());
}

std::string_view detail::OnTape::operation() const {
  check_defined_self("operation", self());
  return is_leaf() ? std::string_view() : impl()->node->name();
}

}  // namespace tapegrad
