// Tensors come with their strides, so that operations meet torch's layouts.
#include "wire.hpp"

#include <memory>
#include <stdexcept>

#include "tapegrad/dtype.hpp"

namespace {

/// Calls f with an element of the type.
template <class F>
auto with_type(tg::DType dtype, F f) {
  switch (dtype) {
    case tg::boolean:
      return f(bool{});
    case tg::uint8:
      return f(std::uint8_t{});
    case tg::int8:
      return f(std::int8_t{});
    case tg::int16:
      return f(std::int16_t{});
    case tg::int32:
      return f(std::int32_t{});
    case tg::int64:
      return f(std::int64_t{});
    case tg::float16:
      return f(tg::Float16{});
    case tg::bfloat16:
      return f(tg::BFloat16{});
    case tg::float32:
      return f(float{});
    case tg::float64:
      return f(double{});
  }
  throw std::runtime_error("no such dtype");
}

template <class T>
T next(std::istream& in) {
  T value;
  if (!(in >> value)) throw std::runtime_error("the request is cut short");
  return value;
}

tg::Dims read_dims(std::istream& in, std::size_t rank) {
  tg::Dims dims;
  for (std::size_t i = 0; i < rank; ++i) dims.push_back(next<std::int64_t>(in));
  return dims;
}

tg::Tensor read_tensor(std::istream& in, Tensors& leaves) {
  const auto dtype = as<tg::DType>({next<std::string>(in)});
  const bool requires_grad = next<int>(in) != 0;
  const auto rank = next<std::size_t>(in);
  const tg::Shape shape = read_dims(in, rank);
  const tg::Strides strides = read_dims(in, rank);
  const auto count = next<std::size_t>(in);
  const auto bytes = std::make_shared<std::string>(read_bytes(in, count * size_of(dtype)));
  tg::Tensor made = with_type(dtype, [&]<class T>(T) {
    T* data = reinterpret_cast<T*>(bytes->data());
    return tg::Tensor::from_blob(
        data, shape, [bytes](void*) {}, strides);
  });
  if (requires_grad) leaves.push_back(made.requires_grad_());
  return made;
}

/// Hexadecimal, as Python's float.hex() writes it, inf or nan.
double read_double(std::istream& in) { return std::stod(next<std::string>(in)); }

void write_tensor(std::ostream& out, const tg::Tensor& x) {
  if (!x.defined()) {
    out << "none\n";
    return;
  }
  const tg::Tensor dense = x.detach().contiguous();
  out << name_of(x.dtype()) << ' ' << x.requires_grad() << ' ' << x.dim();
  for (const std::int64_t size : x.shape()) out << ' ' << size;
  out << '\n';
  with_type(x.dtype(), [&]<class T>(T) {
    out.write(reinterpret_cast<const char*>(dense.data<T>()),
              static_cast<std::streamsize>(static_cast<std::size_t>(dense.numel()) * sizeof(T)));
  });
}

}  // namespace

std::string read_bytes(std::istream& in, std::size_t count) {
  in.get();
  std::string bytes(count, '\0');
  if (!in.read(bytes.data(), static_cast<std::streamsize>(count))) {
    throw std::runtime_error("the request is cut short");
  }
  return bytes;
}

Value read_value(std::istream& in, Tensors& leaves) {
  switch (next<char>(in)) {
    case 'n':
      return {};
    case 'b':
      return {next<int>(in) != 0};
    case 'i':
      return {next<std::int64_t>(in)};
    case 'f':
      return {read_double(in)};
    case 's':
      return {read_bytes(in, next<std::size_t>(in))};
    case 't':
      return {read_tensor(in, leaves)};
    case 'l': {
      Values list(next<std::size_t>(in));
      for (Value& one : list) one = read_value(in, leaves);
      return {std::move(list)};
    }
  }
  throw std::runtime_error("no such kind of value");
}

Arguments read_arguments(std::istream& in, Tensors& leaves) {
  Arguments arguments;
  arguments.values.resize(next<std::size_t>(in));
  for (Value& value : arguments.values) value = read_value(in, leaves);
  const auto named = next<std::size_t>(in);
  for (std::size_t i = 0; i < named; ++i) {
    std::string name = next<std::string>(in);
    arguments.named.emplace_back(std::move(name), read_value(in, leaves));
  }
  return arguments;
}

void write_tensors(std::ostream& out, const Tensors& tensors) {
  out << "ok " << tensors.size() << '\n';
  for (const tg::Tensor& tensor : tensors) write_tensor(out, tensor);
  out.flush();
}

void write_text(std::ostream& out, const char* word, const std::string& text) {
  out << word << ' ' << text.size() << '\n' << text;
  out.flush();
}
