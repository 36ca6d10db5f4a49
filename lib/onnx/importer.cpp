#include "onnx/importer.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "autograd/mode.hpp"
#include "core/storage.hpp"

namespace tapegrad::onnx {
namespace {

/// As outside of all captures, until the end of the scope.
class OutsideCaptures {
 public:
  OutsideCaptures() = default;
  OutsideCaptures(const OutsideCaptures&) = delete;
  OutsideCaptures& operator=(const OutsideCaptures&) = delete;
  ~OutsideCaptures() { current_capture = before_; }

 private:
  ModeGuard silent_{Mode::silent};
  std::uint32_t before_ = std::exchange(current_capture, 0);
};

}  // namespace

std::string Ask::label() const {
  const bool is_named = !node.name.empty() || node.outputs.empty();
  return fmt::format("{} \"{}\"", node.type, is_named ? node.name : node.outputs[0]);
}

void Ask::refuse(std::string_view what) const { fail<Error>("onnx: {}: {}", label(), what); }

const Tensor& Ask::x(std::size_t input) const {
  if (!has(input)) refuse(fmt::format("input {} is missing", input));
  return inputs[input];
}

template <class F>
auto Ask::read(std::size_t input, F f) const {
  std::optional<OutsideCaptures> outside;
  if (fixed[input]) outside.emplace();
  return f();
}

Scalar Ask::scalar(std::size_t input) const {
  const Tensor& one = x(input);
  if (one.numel() != 1) refuse(fmt::format("input {} has shape {}", input, one.shape()));
  return read(input, [&] {
    return is_floating(one.dtype()) ? Scalar(one.item<double>())
                                    : Scalar(one.to(int64).item<std::int64_t>());
  });
}

proto::Integers Ask::told(std::size_t input) const {
  const Tensor& list = x(input);
  if (is_floating(list.dtype()) || list.dim() > 1) {
    refuse(fmt::format("input {} is {} of shape {}; it must be a list of integers", input,
                       list.dtype(), list.shape()));
  }
  return read(input, [&] { return list.to(int64).to_vector<std::int64_t>(); });
}

void Ask::check_all_known() const {
  for (const proto::Attribute& one : node.attributes) {
    if (std::ranges::find(known, one.name) == known.end()) {
      refuse(fmt::format("attribute {} isn't supported here", one.name));
    }
  }
}

const proto::Attribute* Ask::find(std::string_view name) const {
  known.push_back(name);
  const auto found = std::ranges::find(node.attributes, name, &proto::Attribute::name);
  return found == node.attributes.end() ? nullptr : &*found;
}

/// Null where there is none.
template <class T>
const T* Ask::value(std::string_view name) const {
  const proto::Attribute* found = find(name);
  if (!found) return nullptr;
  const T* value = std::get_if<T>(&found->value);
  if (!value) refuse(fmt::format("attribute {} is of another kind than it must be", name));
  return value;
}

std::int64_t Ask::integer(std::string_view name, std::int64_t usual) const {
  const auto* found = value<std::int64_t>(name);
  return found ? *found : usual;
}

double Ask::number(std::string_view name, double usual) const {
  const auto* found = value<double>(name);
  return found ? *found : usual;
}

std::string Ask::text(std::string_view name, std::string_view usual) const {
  const auto* found = value<std::string>(name);
  return found ? *found : std::string(usual);
}

proto::Integers Ask::integers(std::string_view name, proto::Integers usual) const {
  const auto* found = value<proto::Integers>(name);
  return found ? *found : usual;
}

proto::Texts Ask::texts(std::string_view name) const {
  const auto* found = value<proto::Texts>(name);
  return found ? *found : proto::Texts();
}

proto::Integers Ask::integers_or_input(std::string_view name, std::size_t input) const {
  if (has(input)) return told(input);
  return integers(name);
}

std::int64_t Ask::axis(std::int64_t usual, std::string_view name) const {
  const std::int64_t given = integer(name, usual);
  const std::int64_t rank = dim();
  if (given < -rank || given >= std::max<std::int64_t>(rank, 1)) {
    refuse(fmt::format("{} is {}, and the input has shape {}", name, given, x().shape()));
  }
  return given < 0 ? given + rank : given;
}

}  // namespace tapegrad::onnx
