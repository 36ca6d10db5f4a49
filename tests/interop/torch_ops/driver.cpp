// Answers requests of driver.py: what an operation gives, its gradients, and the gradients of
// these.
#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>

#include "tapegrad/autograd.hpp"
#include "tapegrad/error.hpp"
#include "tapegrad/ops/pointwise.hpp"
#include "tapegrad/ops/reduce.hpp"
#include "wire.hpp"

namespace {

/// What the last call left: the tensors that required a gradient, and what depends on them.
struct Session {
  Tensors leaves;
  Tensors outputs;
};

/// Gradients of the outputs that have a weight; recorded, so that they become the outputs.
Tensors gradients(Session& session, const Tensors& weights) {
  Tensors outputs, given;
  for (std::size_t i = 0; i < session.outputs.size(); ++i) {
    const tg::Tensor& output = session.outputs[i];
    if (!weights.at(i).defined() || !output.defined() || !output.requires_grad()) continue;
    outputs.push_back(output);
    given.push_back(weights[i]);
  }
  session.outputs.assign(session.leaves.size(), {});
  if (!outputs.empty()) {
    session.outputs = tg::grad(outputs, session.leaves,
                               {.grad_outputs = given, .create_graph = true, .allow_unused = true});
  }
  return session.outputs;
}

/// "call", a name and arguments, or "gradients" and weights.
Tensors answer(const Table& table, Session& session, std::istream& request) {
  std::string verb, name;
  request >> verb;
  if (verb == "gradients") {
    Tensors none;
    return gradients(session, as<Tensors>(read_value(request, none)));
  }
  request >> name;
  session = {};
  const Arguments arguments = read_arguments(request, session.leaves);
  session.outputs = table.call(name, arguments);
  return session.outputs;
}

}  // namespace

int main() try {
  Table table;
  add_pointwise(table);
  add_activations(table);
  add_reductions(table);
  add_shapes(table);
  add_indexing(table);
  add_losses(table);
  add_layers(table);
  add_images(table);
  add_linalg(table);
  for (const std::string& name : table.names()) std::cout << name << '\n';
  std::cout << std::endl;
  Session session;
  for (std::size_t size; std::cin >> size;) {
    std::istringstream request(read_bytes(std::cin, size));
    try {
      write_tensors(std::cout, answer(table, session, request));
    } catch (const Unfit& unfit) {
      write_text(std::cout, "unfit", unfit.what());
    } catch (const tg::Error& error) {
      write_text(std::cout, "error", error.what());
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
