// Operations of the user's: their functions behind the interface of an operation on a list.
#include "tapegrad/custom.hpp"

#include <utility>

#include "autograd/apply.hpp"
#include "core/check.hpp"
#include "core/scope.hpp"

namespace tapegrad::detail {
namespace {

struct CustomOp {
  CustomVjp custom;
  const std::function<Tensor()>* run = nullptr;  // during the call alone
  std::string_view name = *custom.name;

  static Needs saves(Needs) { return save_inputs | save_output; }

  Tensor forward(const std::vector<Tensor>& inputs) const {
    Tensor y = (*run)();
    check<Error>(y.defined(), "{}: its forward gives an undefined tensor", name);
    for (const Tensor& x : inputs) {
      // A result is a tensor of its own: what it shared would change behind the tape's back.
      if (y.shares_storage_with(x)) return y.detach().clone();
    }
    return y.requires_grad() ? y.detach() : y;
  }

  Grads vjp(const Saved& s, const Tensor& g) const {
    std::vector<Tensor> x;
    for (std::size_t i = 0; i < s.size(); ++i) x.push_back(s[i]);
    std::vector<Tensor> grads = custom.run(x, s.output(), g);
    check<Error>(grads.size() == x.size(), "{}: its vjp gives {} gradients for {} inputs", name,
                 grads.size(), x.size());
    for (std::size_t i = 0; i < grads.size(); ++i) {
      if (!s.needs(i)) grads[i] = Tensor();
      check<AutogradError>(
          !recording() || !g.requires_grad() || !grads[i].defined() || grads[i].requires_grad(),
          "{}: the gradient of input {} doesn't depend on g by operations of the "
          "tape, so that it has no derivative; write its vjp in tensor operations",
          name, i);
    }
    return Grads(std::move(grads));
  }
};

}  // namespace

std::shared_ptr<const std::string> custom_name(std::string_view name) {
  check_name("custom", name);
  return std::make_shared<const std::string>(name);
}

Tensor apply_custom(const CustomVjp& vjp, const std::function<Tensor()>& forward,
                    const std::vector<Tensor>& inputs) {
  std::size_t place = 0;
  for (const Tensor& x : inputs) check_argument(*vjp.name, ++place, x);
  return apply_list(CustomOp{vjp, &forward}, inputs);
}

}  // namespace tapegrad::detail
